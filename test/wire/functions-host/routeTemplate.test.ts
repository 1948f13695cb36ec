import { matchRoute, parseRouteTemplate } from '../../../infra/local/functions-host/http/routeTemplate';

const match = (template: string, path: string): unknown => matchRoute(parseRouteTemplate(template), path.split('/'));

describe('a parameter with a constraint', () => {
  test.each([
    ['int', '-12', true],
    ['int', '2147483648', false],
    ['int', '1.5', false],
    ['long', '2147483648', true],
    ['bool', 'True', true],
    ['bool', '1', false],
    ['guid', '6f9619ff-8b86-d011-b42d-00cf4fc964ff', true],
    ['guid', '6f9619ff', false],
    ['alpha', 'abC', true],
    ['alpha', 'ab1', false],
  ])('{x:%s} and "%s"', (constraint, value, fits) => {
    expect(match(`a/{x:${constraint}}`, `a/${value}`)).toEqual(fits ? { x: value } : undefined);
  });
});

test.each([
  ['a/{b}', 'a', undefined],
  ['a/{b}', 'a/', undefined],
  ['a/{b}', 'a/1/2', undefined],
  ['a/{b?}', 'a', {}],
  ['a/{*rest}', 'a', {}],
  ['a/{**rest}', 'a/b%2fc/d', { rest: 'b%2fc/d' }],
  ['a/{b}', 'a/%61', { b: 'a' }],
  ['openapi.json', 'openapi.json', {}],
])('%s and %s', (template, path, params) => {
  expect(match(template, path)).toEqual(params);
});

test.each([
  ['{a}-{b}', 'not supported'],
  ['{a=1}', 'not supported'],
  ['{a:regex(x)}', 'not supported'],
  ['{a:float}', 'the constraint "float"'],
  ['{*a}/b', 'only the last segment'],
])('%s is refused', (template, why) => {
  expect(() => parseRouteTemplate(template)).toThrow(why);
});
