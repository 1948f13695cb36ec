import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { consumers, generatedDocs } from '../../../../infra/docs/generatedDocs';
import { outcomeExamples } from '../../../../infra/docs/outcomeExamples';
import { replaceBlock } from '../../../../infra/docs/replaceBlock';
import { outcomeOf } from '../../../../shared/invitations/outcome';
import type { Outcome } from '../../../../shared/invitations/invitationData';

const project = join(__dirname, '../../../..');
const read = (path: string): string => readFileSync(join(project, path), 'utf8');

describe('what docs/ shows of the code', () => {
  it('is what the code says; else run "npm run docs"', async () => {
    for (const [path, content] of Object.entries(await generatedDocs(project)))
      expect({ path, content: read(path) }).toEqual({ path, content });
  });

  it('has no example left over', async () => {
    const made = Object.keys(await generatedDocs(project)).map((path) => path.replace('docs/examples/', ''));
    expect(
      readdirSync(join(project, 'docs/examples'))
        .filter((file) => !made.includes(file))
        .sort(),
    ).toEqual(Object.keys(consumers).sort());
  });
});

describe('the worked examples of outcomes', () => {
  const expected: Readonly<Record<string, Partial<Outcome>>> = {
    'The user takes the call at the desk phone': {
      result: 'answeredElsewhere',
      answered: true,
      answeredBy: 'otherEndpoint',
    },
    'On behalf of somebody else: a person is named': {
      result: 'answeredElsewhere',
      answered: true,
      answeredBy: 'otherPerson',
    },
    'On behalf of somebody else: nobody is named': {
      result: 'answeredElsewhere',
      answered: true,
      answeredBy: 'unknown',
    },
    'A call that was for somebody else': { result: 'answeredElsewhere', answered: true, answeredBy: 'unknown' },
    'Voice mail takes the call': { result: 'forwarded', answered: true, answeredBy: 'voicemail' },
    'No voice mail: the caller gives up': { result: 'missed', answered: false, scope: 'allEndpoints' },
  };

  test.each(outcomeExamples)('$title', ({ title, end }) => {
    expect(outcomeOf(end)).toMatchObject(expected[title] ?? { result: 'nothing is expected of this example' });
  });
});

describe('replaceBlock', () => {
  it('replaces what stands between the comments, and nothing else', () => {
    expect(replaceBlock('a\n<!-- x:start -->\nold\n<!-- x:end -->\nb', 'x', 'new\n')).toBe(
      'a\n<!-- x:start -->\nnew\n<!-- x:end -->\nb',
    );
    expect(replaceBlock('a', 'x', 'new')).toBeUndefined();
  });
});
