import { errorTable } from '../../shared/errors/errorTable';
import { code, markdownTable } from './markdownTable';

/** The error table of docs/errors.md, by status: problem type, meaning, whether trying again can help. */
export function errorTableMarkdown(): string {
  const rows = Object.entries(errorTable).sort(([, one], [, other]) => one.status - other.status);
  return markdownTable(
    ['Status', 'Type (`urn:ucwa-relay:problem:`…)', 'Meaning', 'Try again'],
    rows.map(([name, { status, title, retryable }]) => [String(status), code(name), title, retryable ? 'yes' : 'no']),
  );
}
