import { parseUrl } from '../../shared/parseUrl';

it.each([
  ['https://receiver.example/a', undefined, 'https://receiver.example/a'],
  ['/b', 'https://receiver.example/a', 'https://receiver.example/b'],
  ['no URL', undefined, undefined],
])('%s on %s is %s', (text, base, expected) => expect(parseUrl(text, base)?.href).toBe(expected));

it('goes on reading names with letters beyond ASCII when it runs as optimised code', () => {
  for (let call = 0; call < 50_000; call += 1)
    if (parseUrl('https://bücher.example/') === undefined) throw new Error(`refused at call ${String(call)}`);
});
