import { routeTable, type RouteRow } from '../../shared/invitations/normalise/route';
import { code, markdownTable } from './markdownTable';

/** The table of routes, as the relay itself uses it. */
export function routesMarkdown(): string {
  return markdownTable(
    ['', 'Where the invitation has', '`route`', 'Meaning'],
    routeTable.map((row, index) => [String(index + 1), conditionOf(row), code(row.route), row.means]),
  );
}

function conditionOf({ when }: RouteRow): string {
  if (when.anyOf !== undefined) return when.anyOf.map(code).join(' or ');
  return when.toAccount === undefined ? 'none of these' : '`to`, which is the account itself';
}
