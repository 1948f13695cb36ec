import { parseChallenge } from '../../../../shared/ucwa/signIn/challenge';

const BEARER =
  'Bearer trusted_issuers="00000001-0000-0000-c000-000000000000@contoso.com", client_id="00000004-0000-0ff1-ce00-000000000000"';
const GRANTS = 'urn:microsoft.rtc:windows,urn:microsoft.rtc:anonmeeting,password';
const MSRTC = `MsRtcOAuth href="https://h/WebTicket/oauthtoken",grant_type="${GRANTS}"`;
const usual = { webTicket: true, tokenHref: 'https://h/WebTicket/oauthtoken', grants: GRANTS.split(',') };

test.each([
  ['both joined in one header', `${BEARER}, ${MSRTC}`, { ...usual, schemes: ['Bearer', 'MsRtcOAuth'] }],
  ['the other order', `${MSRTC}, ${BEARER}`, { ...usual, schemes: ['MsRtcOAuth', 'Bearer'] }],
  ['no Bearer', MSRTC, { ...usual, schemes: ['MsRtcOAuth'] }],
  [
    'empty trusted_issuers',
    `Bearer trusted_issuers="", client_id="x", ${MSRTC}`,
    { ...usual, schemes: ['Bearer', 'MsRtcOAuth'] },
  ],
  [
    'an unquoted href',
    MSRTC.replace('"https://h/WebTicket/oauthtoken"', 'https://h/WebTicket/oauthtoken'),
    { ...usual, schemes: ['MsRtcOAuth'] },
  ],
  ['no href', `MsRtcOAuth grant_type="${GRANTS}"`, { webTicket: true, grants: usual.grants, schemes: ['MsRtcOAuth'] }],
  [
    'repeated grants',
    `MsRtcOAuth href="https://h/WebTicket/oauthtoken", grant_type="${GRANTS},${GRANTS}"`,
    { ...usual, schemes: ['MsRtcOAuth'] },
  ],
  [
    'unquoted grants',
    `MsRtcOAuth href="https://h/WebTicket/oauthtoken", grant_type=${GRANTS}, ${BEARER}`,
    { ...usual, schemes: ['MsRtcOAuth', 'Bearer'] },
  ],
  [
    'passive among the grants',
    'MsRtcOAuth href="/t",grant_type="urn:microsoft.rtc:passive, password"',
    { webTicket: true, tokenHref: '/t', grants: ['urn:microsoft.rtc:passive', 'password'], schemes: ['MsRtcOAuth'] },
  ],
  [
    'spaces, case and an escaped quote',
    'msrtcoauth  HREF = "https://h/a\\"b" , Grant_Type = "password"',
    { webTicket: true, tokenHref: 'https://h/a"b', grants: ['password'], schemes: ['msrtcoauth'] },
  ],
  [
    'modern authentication',
    'Bearer trusted_issuers="", client_id="x", authorization_uri="https://login.windows.net/common/oauth2/authorize"',
    {
      webTicket: false,
      grants: [],
      authorizationUri: 'https://login.windows.net/common/oauth2/authorize',
      schemes: ['Bearer'],
    },
  ],
  [
    'other schemes',
    'Negotiate, NTLM, TlRMTVNTUAAB==, Basic realm="a, b"',
    { webTicket: false, grants: [], schemes: ['Negotiate', 'NTLM', 'Basic'] },
  ],
  [
    'a quote that is never closed',
    'MsRtcOAuth grant_type="password',
    { webTicket: true, grants: ['password'], schemes: ['MsRtcOAuth'] },
  ],
  ['nothing', '', { webTicket: false, grants: [], schemes: [] }],
  ['no header', undefined, { webTicket: false, grants: [], schemes: [] }],
  ['punctuation', ',, ="," ,', { webTicket: false, grants: [], schemes: [] }],
])('%s', (_, header, expected) => {
  expect(parseChallenge(header)).toEqual(expected);
});
