import { decodeDataUri } from '../../../../shared/invitations/normalise/dataUri';

describe('decodeDataUri', () => {
  test.each<[string, string, string | undefined]>([
    ['form-style: plus is a space, %2b a plus', 'data:text/plain;charset=utf-8,a+b%2bc%0d%0ad', 'a b+c\r\nd'],
    ['percent style: %20 is a space, plus a plus', 'data:text/plain,a%20b+c', 'a b+c'],
    ['not escaped at all', 'data:text/plain,a b+c%2b', 'a b+c%2b'],
    ['UTF-8', 'data:text/plain,M%c3%bcller', 'Müller'],
    ['broken UTF-8', 'data:text/plain,%c3%28', '\ufffd('],
    ['broken escapes', 'data:text/plain,100%+%zz%4', '100% %zz%4'],
    ['base64', 'data:text/plain;base64,TcO8bGxlcg==', 'Müller'],
    ['base64 without padding', 'data:text/plain;base64,TcO8bGxlcg', 'Müller'],
    ['base64, escaped', 'data:text/plain;base64,TcO8bGxlcg%3d%3d', 'Müller'],
    ['base64 over several lines', 'data:text/plain;base64,TcO8\r\nbGxlcg==', 'Müller'],
    ['base64 that is no text', 'data:image/jpeg;base64,/9j/4AAQ', undefined],
    ['said to be base64 and none', 'data:application/sdp;base64,base64-encoded-sdp', 'base64-encoded-sdp'],
    ['a comma in the content', 'data:text/plain,a,b', 'a,b'],
    ['empty', 'data:,', ''],
    ['without a comma', 'data:text/plain', ''],
  ])('%s', (_name, href, text) => {
    expect(decodeDataUri(href)?.text).toBe(text);
  });

  test('tells media type and parameters', () => {
    const data = decodeDataUri('DATA:Multipart/Alternative;Charset=utf-8;boundary="a b";x,');
    expect(data?.mediaType).toBe('multipart/alternative');
    expect([...(data?.parameters ?? [])]).toEqual([
      ['charset', 'utf-8'],
      ['boundary', 'a b'],
    ]);
  });

  test.each(['', '/ucwa/v1/data:', 'http://fe1.contoso.com/data', 'tel:+14255550100'])('is nothing for %p', (href) => {
    expect(decodeDataUri(href)).toBeUndefined();
  });
});
