import { compact } from '../compact';
import { decodeDataUri } from './dataUri';

/** One of the alternatives that a caller offers. */
export interface MediaOffer {
  /** Without angle brackets (RFC 2392); what UCWA calls `processedOfferId` in an answer to it. */
  readonly contentId?: string;
  /** The part for clients of 2007: an answer never goes to this one. */
  readonly fallback: boolean;
  readonly sdp?: string;
}

/**
 * The offers in a `mediaOffer` data URI, in their order; empty for anything that is none. Real servers send
 * `multipart/alternative`, the part for clients of 2007 first; the documentation shows a bare `application/sdp`.
 * What does not look as expected is still one offer with whatever text it had.
 */
export function parseMediaOffer(href: string): readonly MediaOffer[] {
  const data = decodeDataUri(href);
  if (data === undefined) return [];
  const text = data.text ?? '';
  if (!data.mediaType.startsWith('multipart/')) return [single(text)];
  const boundary = data.parameters.get('boundary') ?? /^--([^\s]+)/.exec(text)?.[1];
  const parts = boundary === undefined || boundary === '' ? [] : splitParts(text, boundary);
  return parts.length === 0 ? [single(text)] : parts.flatMap(toOffer);
}

const mediaLine = { audio: /^m=audio 0*[1-9]/m, video: /^m=video 0*[1-9]/m };

/** The media of SDP descriptions (RFC 4566 §5.14), `audio` before `video`; port 0 is a medium that is not offered. */
export function mediaOf(offers: readonly MediaOffer[]): readonly ('audio' | 'video')[] {
  return (['audio', 'video'] as const).filter((medium) =>
    offers.some(({ sdp }) => sdp !== undefined && mediaLine[medium].test(sdp)),
  );
}

function single(text: string): MediaOffer {
  return compact({ fallback: false, sdp: textOrAbsent(text) });
}

function textOrAbsent(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** RFC 2046 §5.1.1, of which the delimiter's own line end belongs to the delimiter. */
function splitParts(text: string, boundary: string): readonly string[] {
  const [, ...segments] = `\n${text}`.split(`\n--${boundary}`);
  const end = segments.findIndex((segment) => segment.startsWith('--'));
  return (end === -1 ? segments : segments.slice(0, end)).map((segment) =>
    segment.replace(/^[ \t]*\r?\n/, '').replace(/\r$/, ''),
  );
}

function toOffer(part: string): readonly MediaOffer[] {
  const gap = /(?:^|\r?\n)\r?\n/.exec(part);
  const headers = gap === null ? part : part.slice(0, gap.index);
  if (!/^application\/sdp\b/i.test(valueOf(headers, headerLine.type) ?? 'application/sdp')) return [];
  const body = gap === null ? '' : part.slice(gap.index + gap[0].length);
  const disposition = (valueOf(headers, headerLine.disposition) ?? '')
    .split(';')
    .map((token) => token.trim().toLowerCase());
  const contentId = valueOf(headers, headerLine.id)?.replace(/^<(.*)>$/, '$1');
  return [
    compact({
      contentId: textOrAbsent(contentId),
      fallback: disposition.includes('ms-proxy-2007fallback'),
      sdp: textOrAbsent(body),
    }),
  ];
}

const headerLine = {
  type: /^[ \t]*Content-Type[ \t]*:(.*)/im,
  disposition: /^[ \t]*Content-Disposition[ \t]*:(.*)/im,
  id: /^[ \t]*Content-ID[ \t]*:(.*)/im,
};

function valueOf(headers: string, line: RegExp): string | undefined {
  return line.exec(headers)?.[1]?.trim();
}
