import fc from 'fast-check';
import { mutatedBody } from '../support/mutatedPackage';
import { unsoundnessOfBody } from '../support/soundness';
import type { Scenario } from './scenario';

/** Bodies of the event channel, mutated at random, through the parser and the normaliser. */
export const fuzz: Scenario<'packages'> = {
  says: 'Mutated packages: each gives valid events or is kept raw, and nothing is ever thrown.',
  options: { packages: { default: 100_000, least: 1, says: 'how many' } },
  run({ packages, seed }, print) {
    let tried = 0;
    const property = fc.property(mutatedBody(), (body) => {
      const problem = unsoundnessOfBody(body);
      if (problem !== undefined) throw new Error(problem);
      if (++tried % 10_000 === 0) print(`${tried} of ${packages} packages`);
    });
    // fast-check seeds are signed.
    const outcome = fc.check(property, { numRuns: packages, seed: seed | 0 });
    print(
      outcome.failed
        ? (fc.defaultReportMessage(outcome) ?? 'failed')
        : `${outcome.numRuns} mutated packages: no exception, every event valid`,
    );
    return Promise.resolve(!outcome.failed);
  },
};
