import { compact } from '../compact';
import type { InvitationEvent } from '../events/relayEvent';
import { own } from './resourceReading';

/** A part of an event's data that can be left out, by its path under `data`. */
interface Part {
  readonly path: string;
  readonly bytes: number;
}

/** What an event is about: it never goes. */
const KEPT: ReadonlySet<string> = new Set([
  'invitationId',
  'event',
  'kind',
  'account',
  'actions',
  'omitted',
  'delayed',
  'outcome.result',
  'outcome.answered',
  'outcome.answeredBy',
  'outcome.scope',
]);

/** What anyone can do without goes first, whatever its size: it can be read live, or is the caller's own baggage. */
const FIRST: readonly string[] = ['media.offers.sdp', 'media.customContent'];

/**
 * The event without its largest part, whose path is added to `data.omitted`: first the SDP of all offers, then the
 * custom content, then by size. For an event that is too large for the bus: call it until it fits. Undefined when
 * nothing is left that may go. The threadId takes the correlation id with it.
 */
export function withoutLargestParts(event: InvitationEvent): InvitationEvent | undefined {
  const parts = partsOf(event.data);
  const largest =
    FIRST.flatMap((path) => parts.find((part) => part.path === path) ?? [])[0] ??
    parts.toSorted((a, b) => b.bytes - a.bytes)[0];
  if (largest === undefined) return undefined;
  const { correlationId, ...rest } = event;
  return {
    ...rest,
    ...(largest.path === 'threadId' || correlationId === undefined ? {} : { correlationId }),
    data: { ...without(event.data, largest.path), omitted: [...(event.data.omitted ?? []), largest.path] },
  };
}

type Data = InvitationEvent['data'];

/** Texts and lists, to the second level; booleans are too small to matter. */
function partsOf(data: Data): Part[] {
  const sdp = (data.media?.offers ?? []).flatMap((offer) => offer.sdp ?? []);
  const members = Object.entries(data).flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' && !Array.isArray(value)
      ? Object.entries(value).map(([inner, part]): [string, unknown] => [`${name}.${inner}`, part])
      : [[name, value]],
  );
  return [...(sdp.length === 0 ? [] : [['media.offers.sdp', sdp] as const]), ...members]
    .filter(([path, value]) => !KEPT.has(path) && typeof value !== 'boolean')
    .map(([path, value]) => ({ path, bytes: Buffer.byteLength(JSON.stringify(value)) }));
}

function without(data: Data, path: string): Data {
  if (path === 'media.offers.sdp') {
    const offers = (data.media?.offers ?? []).map(({ contentId, fallback }) => ({
      ...compact({ contentId }),
      fallback,
    }));
    return { ...data, media: { ...data.media, offers } };
  }
  const [name = '', inner] = path.split('.');
  const left = inner === undefined ? {} : omit(own(data, name), inner);
  return { ...omit(data, name), ...(Object.keys(left).length === 0 ? {} : { [name]: left }) } as Data;
}

function omit(record: unknown, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record ?? {}).filter(([key]) => key !== name));
}
