import fc from 'fast-check';
import { invitationDataSchema } from '../../../shared/invitations/invitationData';
import type { NormalisedPackage } from '../../../shared/invitations/normalise';
import type { Resource } from '../../../shared/ucwa/resource';
import { parsePackage, salvagePackage } from '../../../shared/ucwa/parsePackage';
import { normaliseContext, normaliseServed, servedAt } from '../../support/normalising';
import { mutatedBody, mutatedPackage } from '../../support/mutatedPackage';

/** Whatever is asked for, a resource comes that is none too good. */
const served = servedAt({});
const anything: ReadonlyMap<string, Resource> = new (class extends Map<string, Resource> {
  override get(): Resource {
    return { rel: '', properties: { uri: 5, name: ['x'], state: 'Nowhere' }, links: { decline: [{ href: '' }] }, embedded: { from: [] } };
  }
})();

function expectSound({ events, unreadable }: NormalisedPackage): void {
  const ids = [...events, ...unreadable].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{43}$/);
  for (const { data } of events) expect(invitationDataSchema.safeParse(data).error).toBeUndefined();
  for (const { reason, raw } of unreadable) {
    expect(reason).not.toBe('');
    expect(typeof raw).toBe('string');
  }
}

describe('any package, however it was mutated, gives events or unreadable parts, never an exception', () => {
  test('as text', () => {
    fc.assert(
      fc.property(mutatedBody(), ({ text, contentType }) => {
        const parsed = parsePackage(text, contentType);
        const pkg = 'problem' in parsed ? salvagePackage(text, parsed.problem) : parsed.package;
        expectSound(normaliseServed(pkg, served));
      }),
      { numRuns: 2_000 },
    );
  });

  test('as a model that breaks its types', () => {
    fc.assert(
      fc.property(mutatedPackage(), (pkg) => {
        expectSound(normaliseServed(pkg, anything, normaliseContext({ includeSdp: false })));
      }),
      { numRuns: 1_000 },
    );
  });
});
