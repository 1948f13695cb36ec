import { normalise } from '../../../../shared/invitations/normalise/normalise';
import { parsePackage, recoverPackage } from '../../../../shared/ucwa/format/parsePackage';
import { lastSegment, toPath } from '../../../../shared/ucwa/toPath';
import { normaliseContext } from '../../../support/normalising';

const KIB = 1024;
const FIRST_SIZE = 64 * KIB;
const SIZES = [1024 * KIB, 4096 * KIB];

const fill = (unit: string, bytes: number): string => unit.repeat(Math.floor(bytes / unit.length));
const packageOf = (events: string): string =>
  `{"_links":{"next":{"href":"/e?ack=2"}},"sender":[{"rel":"communication","href":"/c","events":[${events}]}]}`;
const event = (href: string): string =>
  packageOf(`{"link":{"rel":"audioVideoInvitation","href":${JSON.stringify(href)}},"type":"started"}`);
const xml = (inner: string): string => `<events href="/e?ack=1"><link rel="next" href="/e?ack=2"/>${inner}</events>`;

const inputs: readonly [string, string, (bytes: number) => string][] = [
  ['{} for events', 'application/json', (n) => `{"sender":[{"rel":"c","href":"/c","events":[${fill('{},', n)}{}]}]}`],
  ['{} for senders', 'application/json', (n) => `{"sender":[${fill('{},', n)}{}]}`],
  ['7 for senders', 'application/json', (n) => `{"sender":[${fill('7,', n)}7]}`],
  ['an href of backslashes', 'application/json', (n) => event(fill('\\', n / 2))],
  ['an href of slashes', 'application/json', (n) => event(fill('/', n))],
  ['an href of one segment and another', 'application/json', (n) => event(`/${fill('a', n)}/b`)],
  ['backslashes in place of JSON', 'application/json', (n) => fill('\\', n)],
  ['brackets in place of JSON', 'application/json', (n) => fill('[', n)],
  ['next without end', 'application/json', (n) => fill('"next":{"href":"\\\\', n)],
  ['tags that open', 'text/xml', (n) => xml(fill('<a>', n))],
  ['tags that are empty', 'text/xml', (n) => xml(fill('<a/>', n))],
  ['a tag without end', 'text/xml', (n) => xml(`<${fill('a', n)}`)],
  ['less-than signs', 'text/xml', (n) => fill('<', n)],
  ['comments without end', 'text/xml', (n) => xml(fill('<!--', n))],
  ['CDATA without end', 'text/xml', (n) => xml(fill('<![CDATA[', n))],
  ['quotes in a tag', 'text/xml', (n) => xml(`<a ${fill('b="', n)}`)],
  ['attributes', 'text/xml', (n) => xml(`<a ${fill('b="c" ', n)}/>`)],
  ['spaces in a tag', 'text/xml', (n) => xml(`<a${fill(' ', n)}/>`)],
  ['entities', 'text/xml', (n) => xml(`<a>${fill('&amp;', n)}</a>`)],
  ['numbered entities', 'text/xml', (n) => xml(`<a>${fill('&#38;', n)}</a>`)],
  ['entities in an attribute', 'text/xml', (n) => xml(`<link rel="next" href="${fill('&amp;', n)}"/>`)],
  ['ampersands', 'text/xml', (n) => xml(`<a>${fill('&', n)}</a>`)],
  ['text', 'text/xml', (n) => xml(`<a>${fill('x', n)}</a>`)],
];

/** No clock tells a shorter time from what else the machine does. */
const LEAST_MS = 2;
/** Time may grow so much faster than size. */
const GROWTH = 1.3;
/** All of it is one turn of the event loop, in which nothing else is relayed. */
const LONGEST_MS = 200;
const RUNS = 7;

/**
 * The processor's time of the cheapest of several runs, in milliseconds: without what else the machine does. One run within
 * `enoughMs` will do.
 */
function measure(text: string, contentType: string, enoughMs = 0): number {
  let best = Infinity;
  for (let run = 0; run < RUNS && best > enoughMs; run += 1) {
    const began = process.cpuUsage();
    const parsed = parsePackage(text, contentType);
    const received = 'package' in parsed ? parsed.package : recoverPackage(text, parsed.problem);
    normalise(received, normaliseContext(), new Map());
    best = Math.min(best, process.cpuUsage(began).user / 1000);
  }
  return best;
}

test.each(inputs)('%s costs time in proportion to its size, and holds nothing up', (name, contentType, make) => {
  // As it comes from the wire: not a rope of pieces, which the first look at it would flatten.
  const wire = (bytes: number): string => Buffer.from(make(bytes)).toString();
  const firstMs = measure(wire(FIRST_SIZE), contentType);
  const found = SIZES.map((bytes) => {
    const mostMs = Math.min(LONGEST_MS, Math.max(firstMs, LEAST_MS) * GROWTH * (bytes / FIRST_SIZE));
    return { bytes, mostMs, ms: measure(wire(bytes), contentType, mostMs) };
  });
  process.stdout.write(
    `${name}: ${String(FIRST_SIZE / KIB)} KiB ${firstMs.toFixed(1)} ms; ` +
      `${found.map(({ bytes, ms, mostMs }) => `${String(bytes / KIB)} KiB ${ms.toFixed(1)} of ${mostMs.toFixed(1)} ms`).join('; ')}\n`,
  );
  for (const { ms, mostMs } of found) expect(ms).toBeLessThanOrEqual(mostMs);
});

test('above a thousand parts that cannot be read the package is one raw event, and leads on', () => {
  const body = (count: number): string => packageOf(Array.from({ length: count }, () => '{}').join());
  const parts = (count: number) => {
    const parsed = parsePackage(body(count), 'application/json');
    return 'package' in parsed ? parsed.package : undefined;
  };
  expect(parts(1_000)?.senders[0]?.events).toHaveLength(1_000);
  expect(parts(1_001)).toEqual({
    next: '/e?ack=2',
    senders: [
      {
        rel: '',
        href: '',
        events: [{ problem: 'More than 1000 parts of the event package cannot be read.', raw: body(1_001) }],
      },
    ],
  });
});

test('an href that is longer than hrefs are is refused', () => {
  expect(toPath(`/${'a'.repeat(8_000)}`)).toHaveLength(8_001);
  expect(() => toPath(`/${'a'.repeat(9_000)}`)).toThrow('longer than links are');
});

test.each([
  ['/ucwa/applications/102', '102'],
  ['/ucwa/applications/102/', '102'],
  ['/ucwa/applications/102?instanceId=1/2', '102'],
  ['102', '102'],
  ['', ''],
])('the last segment of %j is %j', (path, expected) => {
  expect(lastSegment(path)).toBe(expected);
});
