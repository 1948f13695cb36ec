import { checkUrl, MAX_URL_LENGTH } from '../../../../shared/webhooks/sender/urlRule';

const loopback = ['127.0.0.0/8', '::1/128'];

test.each([
  ['http://receiver.example/', 'scheme'],
  ['ftp://receiver.example/', 'scheme'],
  ['file:///etc/passwd', 'scheme'],
  ['gopher://receiver.example:70/', 'scheme'],
  ['javascript:alert(1)', 'scheme'],
  ['receiver.example/hooks', 'notAUrl'],
  ['//receiver.example/hooks', 'notAUrl'],
  ['https:receiver.example', 'notAUrl'],
  ['https:///receiver.example', 'notAUrl'],
  ['https://', 'notAUrl'],
  ['https://[::1', 'notAUrl'],
  ['https://receiver.example:99999/', 'notAUrl'],
  ['https://user@receiver.example/', 'userinfo'],
  ['https://user:password@receiver.example/', 'userinfo'],
  ['https://@receiver.example/', 'userinfo'],
  ['https://receiver.example\\@127.0.0.1/', 'notAUrl'],
  ['https://receiver.example/hooks\\..\\admin', 'notAUrl'],
  ['https://receiver.example/hooks#part', 'fragment'],
  ['https://receiver.example/a b', 'characters'],
  ['https://receiver.example/\tx', 'characters'],
  ['https://receiver.example/\r\nHost: x', 'characters'],
  ['https://receiver.example/grüße', 'characters'],
  ['https://receiver.example:80/', 'port'],
  ['https://receiver.example:22/', 'port'],
  ['https://receiver.example:25/', 'port'],
  ['https://receiver.example:0/', 'port'],
  ['https://receiver.example:1023/', 'port'],
  ['https://re!ceiver.example/', 'host'],
  ['https://receiver..example/', 'host'],
  [`https://receiver.example/${'x'.repeat(MAX_URL_LENGTH)}`, 'tooLong'],
])('%s is refused: %s', (url, rule) => {
  expect(checkUrl(url, [])).toMatchObject({ ok: false, rule });
});

test.each([
  ['https://receiver.example', '/'],
  ['https://receiver.example/', '/'],
  ['https://receiver.example?a=b', '/?a=b'],
  ['https://receiver.example:443/a', '/a'],
  ['https://receiver.example:1024/a', '/a'],
  ['https://receiver.example/a/../b/./c//d', '/a/../b/./c//d'],
  ['https://receiver.example/%7Euser/%2f?sig=a%2Bb+c%20d&&=', '/%7Euser/%2f?sig=a%2Bb+c%20d&&='],
  ["https://receiver.example/'(x)*!~;,?q='\"<>{}|^`", "/'(x)*!~;,?q='\"<>{}|^`"],
])('%s asks for %s, byte for byte', (url, requestTarget) => {
  expect(checkUrl(url, [])).toMatchObject({ ok: true, url: { secure: true, requestTarget } });
});

test('keeps a URL of 2,048 characters', () => {
  const url = `https://receiver.example/?sig=${'x'.repeat(MAX_URL_LENGTH - 30)}`;
  expect(url).toHaveLength(MAX_URL_LENGTH);
  expect(checkUrl(url, [])).toMatchObject({ ok: true });
});

test.each([
  ['https://RECEIVER.example/', 'receiver.example', 'https://receiver.example'],
  ['https://receiver.example:443/', 'receiver.example', 'https://receiver.example'],
  ['https://bücher.example/', 'xn--bcher-kva.example', 'https://xn--bcher-kva.example'],
  ['https://[2606:4700::1111]:8443/', '2606:4700::1111', 'https://[2606:4700::1111]:8443'],
  ['https://receiver.example./', 'receiver.example.', 'https://receiver.example.'],
])('%s leads to %s, over connections to %s', (url, host, origin) => {
  expect(checkUrl(url, [])).toMatchObject({ ok: true, url: { host, origin } });
});

test.each([
  ['http://127.0.0.1:7000/hooks', loopback, true],
  ['http://localhost:7000/hooks', loopback, true],
  ['http://[::1]:7000/hooks', loopback, true],
  ['http://127.0.0.1:7000/hooks', [], false],
  ['http://localhost:7000/hooks', [], false],
  ['http://10.0.0.1:7000/hooks', ['10.0.0.0/8'], true],
  ['http://10.0.0.1/hooks', ['10.0.0.0/8'], true],
  ['http://10.0.0.1:443/hooks', ['10.0.0.0/8'], false],
  ['http://10.0.0.1:22/hooks', ['10.0.0.0/8'], false],
  ['http://11.0.0.1/hooks', ['10.0.0.0/8'], false],
  ['http://receiver.example:7000/hooks', [], false],
  ['http://receiver.example/hooks', ['10.0.0.0/8'], true],
  ['https://receiver.example:80/hooks', ['10.0.0.0/8'], false],
])('http within the allow-list: %s with %p: %s', (url, allowed, ok) => {
  expect(checkUrl(url, allowed).ok).toBe(ok);
});
