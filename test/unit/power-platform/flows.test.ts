import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operationsOf, readConnectorDefinition } from '../../support/connectorDefinition';
import { cardProblems } from '../../support/cardProblems';

const guide = readFileSync(join(__dirname, '../../../docs/flows.md'), 'utf8');
const definition = readConnectorDefinition();
const event = definition.definitions['CallEvent']?.properties ?? {};

/** A card of the guide, with a text in place of each expression. */
function card(name: string): Record<string, unknown> {
  const text = new RegExp(`<!-- ${name}:start -->\\s*\`\`\`json\\n([\\s\\S]*?)\`\`\``).exec(guide)?.[1];
  if (text === undefined) throw new Error(`The guide has no card "${name}".`);
  return JSON.parse(text.replaceAll(/@\{[^}]*\}/g, 'text')) as Record<string, unknown>;
}

describe('docs/flows.md', () => {
  test.each(['card', 'rejected'])('has a valid Adaptive Card: %s', (name) => {
    expect(cardProblems(card(name))).toEqual([]);
  });

  it('speaks of values that an event has', () => {
    const members = [...guide.matchAll(/triggerBody\(\)\?\['(\w+)'\]/g)].map(([, member = '']) => member);
    expect(members.length).toBeGreaterThan(5);
    expect(members.filter((member) => event[member] === undefined)).toEqual([]);
    const labels = Object.values(event).map((property) => property['x-ms-summary']);
    for (const label of ['Call ID', 'Caller Number', 'Account', 'Subject', 'Time', 'Event ID', 'Can Accept On Phone']) {
      expect(guide).toContain(`*${label}*`);
      expect(labels).toContain(label);
    }
  });

  it('speaks of triggers and actions by their names', () => {
    const summaries = operationsOf(definition).map(({ summary }) => summary);
    for (const summary of ['When a call rings', 'When a call ends', 'When a call is missed', 'Reject call']) {
      expect(guide).toContain(`**${summary}**`);
      expect(summaries).toContain(summary);
    }
  });

  it('begins with the licences', () => {
    expect(/^## (.*)$/m.exec(guide)?.[1]).toBe('Licences first');
  });
});
