import fc from 'fast-check';
import type { Resource } from '../../../../shared/invitations/resource';
import { mutatedBody, mutatedPackage } from '../../../support/mutatedPackage';
import { normaliseContext, normaliseServed } from '../../../support/normalising';
import { unsoundnessOf, unsoundnessOfBody } from '../../../support/soundness';

/** Whatever is asked for, a resource comes that is none too good. */
const anything: ReadonlyMap<string, Resource> = new (class extends Map<string, Resource> {
  override get(): Resource {
    return {
      rel: '',
      properties: { uri: 5, name: ['x'], state: 'Nowhere' },
      links: { decline: [{ href: '' }] },
      embedded: { from: [] },
    };
  }
})();

describe('any package, however it was mutated, gives events or unreadable parts, never an exception', () => {
  test('as text', () => {
    fc.assert(
      fc.property(mutatedBody(), (body) => {
        expect(unsoundnessOfBody(body)).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  test('as a model that breaks its types', () => {
    fc.assert(
      fc.property(mutatedPackage(), (pkg) => {
        expect(unsoundnessOf(normaliseServed(pkg, anything, normaliseContext({ includeSdp: false })))).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });
});
