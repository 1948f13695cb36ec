import { mediaOf, parseMediaOffer } from '../../../../shared/invitations/normalise/mediaOffer';

const form = (text: string): string => encodeURIComponent(text).replace(/%20/g, '+');
const multipart = (body: string, boundary = 'b1'): string =>
  `data:multipart/alternative;charset=utf-8;boundary=${boundary},${form(body)}`;

const part = (headers: readonly string[], body: string): string => [`--b1`, ...headers, '', body].join('\r\n');
const legacy = part(
  [
    'Content-Type: application/sdp',
    'Content-ID: <old@contoso.com>',
    'Content-Disposition: session; handling=optional; ms-proxy-2007fallback',
  ],
  'v=0\r\nm=audio 0 RTP/AVP 0\r\n',
);
const ice = part(
  [
    'content-type:application/sdp;charset=utf-8',
    'CONTENT-ID: <new@contoso.com>',
    'Content-Disposition: session; handling=optional',
  ],
  'v=0\r\na=crypto:1 inline:a+b/c\r\n',
);

describe('parseMediaOffer', () => {
  test('reads both parts, the fall-back first, and keeps plus signs of the SDP', () => {
    expect(parseMediaOffer(multipart(`${legacy}\r\n${ice}\r\n--b1--\r\n`))).toEqual([
      { contentId: 'old@contoso.com', fallback: true, sdp: 'v=0\r\nm=audio 0 RTP/AVP 0\r\n' },
      { contentId: 'new@contoso.com', fallback: false, sdp: 'v=0\r\na=crypto:1 inline:a+b/c\r\n' },
    ]);
  });

  test.each<[string, string, ReturnType<typeof parseMediaOffer>]>([
    ['a bare SDP', 'data:application/sdp,v%3d0%0d%0a', [{ fallback: false, sdp: 'v=0\r\n' }]],
    [
      'a bare SDP in base64',
      `data:application/sdp;base64,${Buffer.from('v=0\r\n').toString('base64')}`,
      [{ fallback: false, sdp: 'v=0\r\n' }],
    ],
    [
      'the documentation’s sample',
      'data:application/sdp;base64,base64-encoded-sdp',
      [{ fallback: false, sdp: 'base64-encoded-sdp' }],
    ],
    [
      'no closing boundary',
      multipart(ice),
      [{ contentId: 'new@contoso.com', fallback: false, sdp: 'v=0\r\na=crypto:1 inline:a+b/c\r\n' }],
    ],
    [
      'line ends without carriage returns',
      multipart('--b1\nContent-ID: <x>\n\nv=0\n--b1--'),
      [{ contentId: 'x', fallback: false, sdp: 'v=0' }],
    ],
    ['a part without headers', multipart('--b1\r\n\r\nv=0\r\n--b1--'), [{ fallback: false, sdp: 'v=0' }]],
    ['a part without a body', multipart('--b1\r\nContent-ID: <x>\r\n--b1--'), [{ contentId: 'x', fallback: false }]],
    ['a part that is no SDP', multipart('--b1\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b1--'), []],
    [
      'no boundary named',
      `data:multipart/alternative,${form('--b1\r\nContent-ID: <x>\r\n\r\nv=0\r\n--b1--')}`,
      [{ contentId: 'x', fallback: false, sdp: 'v=0' }],
    ],
    ['another boundary than the one named', multipart(ice, 'b2'), [{ fallback: false, sdp: ice }]],
    ['nothing in it', 'data:application/sdp,', [{ fallback: false }]],
    ['no data URI', '/ucwa/v1/applications/1/offer', []],
  ])('%s', (_name, href, offers) => {
    expect(parseMediaOffer(href)).toEqual(offers);
  });
});

describe('mediaOf', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['audio', ['v=0\r\nm=audio 59224 RTP/SAVP 117\r\n'], ['audio']],
    [
      'audio and video, in whichever part',
      ['v=0\nm=video 59226 RTP/SAVP 122\n', 'm=audio 1 RTP/SAVP 0'],
      ['audio', 'video'],
    ],
    ['video refused by port 0', ['m=audio 59224 RTP/SAVP 117\r\nm=video 0 RTP/SAVP 122\r\n'], ['audio']],
    ['other media', ['m=application 59226 RTP/SAVP 127\r\na=x-devicecaps:audio:send,recv;video:send,recv\r\n'], []],
    ['no SDP', ['base64-encoded-sdp'], []],
  ])('%s', (_name, sdps, media) => {
    expect(mediaOf(sdps.map((sdp) => ({ fallback: false, sdp })))).toEqual(media);
  });
});
