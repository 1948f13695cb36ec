/** A `data:` URI (RFC 2397) taken apart. */
export interface DataUri {
  /** Lower case, without parameters; `text/plain` where none stands. */
  readonly mediaType: string;
  /** Names in lower case, values without quotes; the `base64` mark is not among them. */
  readonly parameters: ReadonlyMap<string, string>;
  /** The content where it is text (UTF-8), else undefined. */
  readonly text: string | undefined;
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Decodes the data URIs that UCWA puts in place of links; undefined for any other href, never an exception.
 * - Form-style content, as real servers send it: `+` is a space, `%2b` a plus.
 * - Content that shows spaces or line ends of its own, or `%20`, is not form-style: its plus signs are plus signs.
 * - `;base64` content that is no base64 (so in Microsoft's documentation of audioVideoInvitation) is taken as it stands.
 */
export function decodeDataUri(href: string): DataUri | undefined {
  if (!/^data:/i.test(href)) return undefined;
  const comma = href.indexOf(',');
  const head = href.slice('data:'.length, comma === -1 ? undefined : comma).split(';');
  const body = comma === -1 ? '' : href.slice(comma + 1);
  const isBase64 = head.slice(1).some((parameter) => parameter.trim().toLowerCase() === 'base64');
  return {
    mediaType: (head[0] ?? '').trim().toLowerCase() || 'text/plain',
    parameters: new Map(head.slice(1).flatMap(toParameter)),
    text: isBase64 ? decodeBase64(body) : decodeEscapes(body),
  };
}

function toParameter(text: string): [string, string][] {
  const equals = text.indexOf('=');
  return equals === -1
    ? []
    : [
        [
          text.slice(0, equals).trim().toLowerCase(),
          text
            .slice(equals + 1)
            .trim()
            .replace(/^"(.*)"$/s, '$1'),
        ],
      ];
}

function decodeBase64(body: string): string | undefined {
  const compact = percentDecode(body).replace(/\s+/g, '');
  if (!BASE64.test(compact) || compact.replace(/=+$/, '').length % 4 === 1) return body;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(compact, 'base64'));
  } catch {
    return undefined;
  }
}

function decodeEscapes(body: string): string {
  if (/\s/.test(body)) return body;
  return percentDecode(body.includes('%20') ? body : body.replaceAll('+', ' '));
}

/**
 * decodeURIComponent is fast and throws; the slow way is total: what is no escape stays, what is no UTF-8 becomes the
 * replacement character.
 */
function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'));
  }
}
