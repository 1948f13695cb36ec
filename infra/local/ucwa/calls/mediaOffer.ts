/**
 * The offer as real servers send it: a data URI of multipart/alternative, form-encoded (a space is `+`), the legacy
 * part first and marked as fallback, the ICE part second (RFC 2397, RFC 2046 §5.1.4).
 */
export function mediaOfferHref(callId: string, modalities: readonly string[]): string {
  const boundary = `${callId.slice(0, 8)}-${callId.slice(8, 12)}-${callId.slice(12, 16)}-${callId.slice(16, 20)}-${callId.slice(20)}`;
  const part = (contentId: string, disposition: string, sdp: string): string =>
    [
      `--${boundary}`,
      'Content-Type: application/sdp',
      `Content-ID: <${contentId}>`,
      `Content-Disposition: ${disposition}`,
      '',
      sdp,
      '',
    ].join('\r\n');
  const body =
    part(`${callId}-1@contoso.com`, 'session; handling=optional; ms-proxy-2007fallback', sdpOf(modalities, false)) +
    part(`${callId}-2@contoso.com`, 'session; handling=optional', sdpOf(modalities, true)) +
    `--${boundary}--\r\n`;
  return `data:multipart/alternative;charset=utf-8;boundary=${boundary},${formEncode(body)}`;
}

function sdpOf(modalities: readonly string[], ice: boolean): string {
  const media = (kind: string, port: number, payload: string): string[] => [
    `m=${kind} ${port} RTP/SAVP ${payload}`,
    ...(ice
      ? [
          'a=ice-ufrag:qkEP',
          'a=ice-pwd:ed6f9GuHjLcoCN6sC/Eh7fVl',
          `a=candidate:1 1 UDP 2130706431 192.0.2.10 ${port} typ host`,
        ]
      : []),
    'a=encryption:required',
  ];
  const lines = [
    'v=0',
    'o=- 0 0 IN IP4 192.0.2.10',
    's=session',
    'c=IN IP4 192.0.2.10',
    'b=CT:99980',
    't=0 0',
    ...(modalities.includes('audio')
      ? [...media('audio', 20732, '104 9 8 0'), 'a=rtpmap:104 SILK/16000', 'a=rtpmap:8 PCMA/8000']
      : []),
    ...(modalities.includes('video') ? [...media('video', 20734, '122'), 'a=rtpmap:122 X-H264UC/90000'] : []),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** As the servers encode: `+` for a space, escapes in lower case. */
function formEncode(text: string): string {
  return new URLSearchParams({ '': text })
    .toString()
    .slice(1)
    .replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
}

/** Whether a body can pass for SDP: version, origin, session and at least one medium (RFC 4566 §5). */
export function isSdp(body: string): boolean {
  const types = body.split(/\r?\n/).map((line) => line.slice(0, 2));
  return types[0] === 'v=' && ['o=', 's=', 't=', 'm='].every((type) => types.includes(type));
}
