import { AdaptiveCard, SerializationContext, Versions } from 'adaptivecards';

/**
 * What Microsoft's own Adaptive Cards library finds wrong with a card as version 1.4, the newest that Teams shows
 * everywhere: elements, values and required members by its schema. A member that it does not know is lost when it writes
 * the card again, and so found as well.
 */
export function cardProblems(card: Record<string, unknown>): readonly string[] {
  const context = new SerializationContext(Versions.v1_4);
  const parsed = new AdaptiveCard();
  parsed.parse(card, context);
  const problems = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message);
  const missing = parsed.validateProperties().validationEvents.map(({ message }) => message);
  const written = JSON.stringify(sorted(parsed.toJSON(new SerializationContext(Versions.v1_4))));
  return [
    ...problems,
    ...missing,
    ...(written === JSON.stringify(sorted(card)) ? [] : ['It has members that no such card has.']),
  ];
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}
