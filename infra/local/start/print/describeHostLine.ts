import { z } from 'zod';

/** As the app logs: an event with its facts. */
const logLineSchema = z.object({
  event: z.string(),
  account: z.string().optional(),
  message: z.string().optional(),
  error: z.string().optional(),
});

export interface HostTrouble {
  readonly label: 'warning' | 'error';
  readonly text: string;
}

/**
 * What a warning or an error of the functions host or of the app tells a person; undefined for any other line. All of its
 * facts are in `.local/relay.log`.
 */
export function describeHostLine(line: string): HostTrouble | undefined {
  const [, label, what = ''] = /^(warning|error): (.*)$/.exec(line) ?? [];
  if (label !== 'warning' && label !== 'error') return undefined;
  const facts = parseFacts(what.replace(/^\[\w+\] /, ''));
  if (facts === undefined) return { label, text: what };
  const { event, account, message, error } = facts;
  return { label, text: [event, account, message ?? error].filter((part) => part !== undefined).join('  ') };
}

function parseFacts(text: string): z.infer<typeof logLineSchema> | undefined {
  try {
    return logLineSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
