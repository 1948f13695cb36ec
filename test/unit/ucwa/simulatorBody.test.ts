import { parseBody } from '../../../infra/local/ucwa/http/parseBody';

const names = ['userAgent', 'endpointId', 'supportedModalities'];

test.each([
  ['PascalCase and a trailing comma', '{"UserAgent": "a, }", "EndpointId": "1",}', 'application/json'],
  ['lower case', '{"useragent":"a, }","endpointid":"1"}', 'application/json'],
  [
    'XML',
    '<input xmlns="http://schemas.microsoft.com/rtc/2012/03/ucwa"><property name="UserAgent">a, ' +
      '}</property><property name="endpointId">1</property></input>',
    'application/vnd.microsoft.com.ucwa+xml',
  ],
])('a body in %s', (_, body, contentType) => {
  expect(parseBody(body, contentType, names)).toEqual({ userAgent: 'a, }', endpointId: '1' });
});

test('lists, unknown names, nothing and what is no body', () => {
  const xml =
    '<input><propertyList name="SupportedModalities"><item>Audio</item><item>Video</item></propertyList></input>';
  expect(parseBody(xml, 'text/xml', names)).toEqual({ supportedModalities: ['Audio', 'Video'] });
  expect(parseBody('{"Other":[1,],}', undefined, names)).toEqual({ Other: [1] });
  expect(parseBody('', undefined, names)).toEqual({});
  expect(parseBody('{', undefined, names)).toBeUndefined();
  expect(parseBody('<a', 'text/xml', names)).toBeUndefined();
});
