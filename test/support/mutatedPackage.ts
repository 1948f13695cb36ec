import fc from 'fast-check';
import type { EventPackage } from '../../shared/invitations/resource';
import { parsePackage } from '../../shared/ucwa/format/parsePackage';
import { bodyText, oddCases } from './oddCases';

/** A body as the event channel receives it. */
export interface MutatedBody {
  readonly text: string;
  readonly contentType: string;
}

/**
 * P-GET bodies that were valid once: one of the odd cases with up to six random changes to its JSON (a value replaced
 * by something hostile, removed, doubled, moved, renamed), and sometimes to its text (cut off, a stretch overwritten).
 */
export function mutatedBody(): fc.Arbitrary<MutatedBody> {
  return fc
    .record({
      seed: fc.constantFrom(...seeds),
      changes: fc.array(change, { maxLength: 6 }),
      wound: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: damage }),
    })
    .map(({ seed: { value, contentType }, changes, wound }) => {
      const text = typeof value === 'string' ? value : JSON.stringify(changes.reduce(apply, value));
      return { text: wound === null ? text : overwrite(text, wound), contentType };
    });
}

/** The same one step further in: the parsed model with members that its types forbid. */
export function mutatedPackage(): fc.Arbitrary<EventPackage> {
  return fc
    .record({ seed: fc.constantFrom(...parsedSeeds), changes: fc.array(change, { minLength: 1, maxLength: 6 }) })
    .map(({ seed, changes }) => changes.reduce(apply, seed) as EventPackage);
}

const seeds = oddCases().flatMap(({ packages }) =>
  packages.map((pkg) => ({ value: pkg.body, contentType: pkg.contentType })),
);
const parsedSeeds: unknown[] = oddCases().flatMap(({ packages }) =>
  packages.flatMap((pkg): unknown[] => {
    const parsed = parsePackage(bodyText(pkg), pkg.contentType);
    return 'problem' in parsed ? [] : [parsed.package];
  }),
);

/** Values and names that break naive code. */
const hostileNames = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  '_links',
  '_embedded',
  'href',
  'rel',
  'problem',
  'raw',
  'length',
  '0',
];
const hostileText = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\ud800',
    '%',
    '%zz',
    '//',
    '/',
    'data:',
    'data:;base64',
    'data:multipart/alternative;boundary=,--',
    'sip:',
    'tel:+',
    'sip:@',
    '..',
    '\\u0026',
    '<>',
    'null',
    '-0',
    'NaN',
  ),
  fc.constantFrom(
    'started',
    'updated',
    'completed',
    'audioVideoInvitation',
    'x:y:phoneAudioInvitation',
    'Success',
    'Failure',
    'Incoming',
    'Connected',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.nat({ max: 20_000 }).map((length) => '/applications/1/communication/a/'.repeat(1 + length / 32)),
);
const nested = fc
  .nat({ max: 400 })
  .map((depth) => JSON.parse('['.repeat(depth + 1) + ']'.repeat(depth + 1)) as unknown);
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -1,
      1e308,
      1.5,
      [],
      {},
      [null],
      [[]],
      { href: null },
      { href: 5 },
      { rel: {} },
    ),
  },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: nested },
);

type Change = (root: unknown) => unknown;

/** Where: a walk from the root by numbers; how: what is done to the value found there. */
const change: fc.Arbitrary<Change> = fc
  .record({
    walk: fc.array(fc.nat({ max: 63 }), { minLength: 1, maxLength: 12 }),
    how: fc.constantFrom('replace', 'remove', 'double', 'wrap', 'rename', 'reverse'),
    value: hostile,
    name: fc.constantFrom(...hostileNames),
  })
  .map(({ walk, how, value, name }) => (root) => {
    const edit = (node: unknown, steps: readonly number[]): unknown => {
      const entries = entriesOf(node);
      const [step = 0, ...further] = steps;
      const at = entries.length === 0 ? -1 : step % entries.length;
      const found = entries[at];
      if (found === undefined) return value;
      const [key, child] = found;
      const isLeaf = further.length === 0 || typeof child !== 'object' || child === null;
      if (!isLeaf) return rebuild(node, entries.with(at, [key, edit(child, further)]));
      switch (how) {
        case 'replace':
          return rebuild(node, entries.with(at, [key, value]));
        case 'remove':
          return rebuild(node, entries.toSpliced(at, 1));
        case 'double':
          return rebuild(node, entries.toSpliced(at, 0, [name, child]));
        case 'wrap':
          return rebuild(node, entries.with(at, [key, [child, value]]));
        case 'rename':
          return rebuild(node, entries.with(at, [name, child]));
        case 'reverse':
          return rebuild(node, entries.toReversed());
      }
    };
    return edit(root, walk);
  });

function apply(root: unknown, mutate: Change): unknown {
  return mutate(root);
}

function entriesOf(node: unknown): [string, unknown][] {
  return typeof node === 'object' && node !== null ? Object.entries(node) : [];
}

/** Object.fromEntries defines own members, `__proto__` too, as JSON.parse does. */
function rebuild(like: unknown, entries: readonly [string, unknown][]): unknown {
  return Array.isArray(like) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

const damage = fc.record({
  at: fc.nat({ max: 9_999 }),
  cut: fc.boolean(),
  stretch: fc.string({ unit: 'binary', maxLength: 8 }),
});

function overwrite(
  text: string,
  { at, cut, stretch }: { readonly at: number; readonly cut: boolean; readonly stretch: string },
): string {
  const position = text.length === 0 ? 0 : at % text.length;
  return text.slice(0, position) + stretch + (cut ? '' : text.slice(position + stretch.length));
}
