import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** One response to a P-GET and what must come of it. */
export interface OddPackage {
  readonly contentType: string;
  /** The text as it stands on the wire, or its JSON. */
  readonly body: unknown;
  readonly expected: {
    /** Where the channel goes on. */
    readonly links: Readonly<Partial<Record<'next' | 'resume' | 'resync', string>>>;
    /** The paths that are asked for, in their order. */
    readonly asked: readonly string[];
    readonly events: readonly OddEvent[];
    readonly unreadable: readonly { readonly sequence: string; readonly reason: string; readonly raw: string }[];
  };
}

export interface OddEvent {
  readonly type: string;
  readonly sequence: string;
  /** What the invitation id stands for: `<application>/<collection>/<id>`. */
  readonly invitation: string;
  /** All of the event's data but what the context gives: account, kind, event and invitationId. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** One of the 32 odd cases that break naive code, as data. */
export interface OddCase {
  readonly name: string;
  readonly title: string;
  readonly packages: readonly OddPackage[];
  /** JSON resources by the path at which the server has them. */
  readonly resources: Readonly<Record<string, unknown>>;
}

const folder = join(__dirname, '../fixtures/odd-cases');

/** All odd cases, in their numbers' order. */
export function oddCases(): OddCase[] {
  return readdirSync(folder)
    .sort()
    .map((file) => ({
      name: file.replace(/\.json$/, ''),
      ...(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Omit<OddCase, 'name'>),
    }));
}

/** A package's body as text. */
export function bodyText({ body }: Pick<OddPackage, 'body'>): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}
