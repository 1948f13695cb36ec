import { allowedUrl, hostRule, sipDomain } from '../../../../shared/ucwa/signIn/hosts';
import type { RelayError } from '../../../../shared/errors/relayError';

const rule = hostRule('sip:alice@Contoso.com', undefined, ['pool1.contoso.local']);
const local = hostRule('sip:alice@contoso.com', 'http://127.0.0.1:8080/', []);

test.each([
  ['sip:alice@Contoso.com', 'contoso.com'],
  ['sip:alice@contoso.com:5061;transport=tls', 'contoso.com'],
  ['alice@eu.contoso.com', 'eu.contoso.com'],
])('the domain of %s', (uri, domain) => {
  expect(sipDomain(uri)).toBe(domain);
});

test.each([
  ['https://contoso.com/', rule],
  ['https://lyncdiscover.contoso.com/', rule],
  ['https://POOL1.contoso.local:4443/x?y=1', rule],
  ['http://127.0.0.1:8080/', local],
  ['http://localhost:9/', local],
  ['http://[::1]:9/', local],
  ['https://lyncdiscover.contoso.com/', local],
])('%s may be spoken to', (url, hosts) => {
  expect(allowedUrl(hosts, url).href).toBe(new URL(url).href);
});

test.each([
  ['another host', 'https://evil.example/', rule],
  ['a host that only ends alike', 'https://evilcontoso.com/', rule],
  ['a subdomain of an allowed host', 'https://a.pool1.contoso.local/', rule],
  ['no TLS', 'http://lyncdiscover.contoso.com/', rule],
  ['another scheme', 'file:///etc/passwd', local],
  ['the allowed host as a user name', 'https://contoso.com@evil.example/', rule],
  ['this machine, for an account that does not live there', 'http://127.0.0.1/', rule],
  ['this machine over https', 'https://127.0.0.1/', rule],
  ['a name that only looks like this machine', 'http://127.0.0.1.evil.example/', local],
])('refuses %s', (_, url, hosts) => {
  expect(() => allowedUrl(hosts, url)).toThrow(expect.objectContaining({ code: 'hostNotAllowed' }) as RelayError);
});

test('says which host, and where to add it', () => {
  expect(() => allowedUrl(rule, 'https://web.fabrikam.com/x?secret')).toThrow(
    'Sign-in leads to web.fabrikam.com, which is neither in contoso.com nor in UCWA_ALLOWED_HOSTS: no password is sent there.',
  );
});

test('resolves against a base', () => {
  expect(allowedUrl(rule, '/WebTicket/oauthtoken', 'https://lync.contoso.com/a/b').href).toBe(
    'https://lync.contoso.com/WebTicket/oauthtoken',
  );
});
