import { settingsSchema } from '../../shared/config/settingsSchema';
import { code, markdownTable } from './markdownTable';

/** The settings with their defaults, as the relay itself reads them. */
export function settingsMarkdown(): string {
  return markdownTable(
    ['setting', 'default', 'what it is'],
    Object.entries(settingsSchema.shape).map(([name, schema]) => {
      const { description = '', unset } = schema.meta() ?? {};
      return [code(name), typeof unset === 'string' ? unset : defaultOf(schema), description];
    }),
  );
}

/** `none` for an empty list too. */
function defaultOf(schema: (typeof settingsSchema.shape)[keyof typeof settingsSchema.shape]): string {
  const standard: unknown = schema.parse(undefined);
  if (standard === undefined) return 'none';
  const text = Array.isArray(standard) ? standard.join() : JSON.stringify(standard);
  return text === '' ? 'none' : code(text);
}
