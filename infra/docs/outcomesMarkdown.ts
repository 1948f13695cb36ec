import { outcomeOf } from '../../shared/invitations/outcome';
import { outcomeTable, type OutcomeRow } from '../../shared/invitations/outcomeTable';
import { code, markdownTable } from './markdownTable';
import { outcomeExamples, type OutcomeExample } from './outcomeExamples';

/** docs/outcomes.md: the one outcome table, and the worked examples with what the relay's code makes of them. */
export function outcomesMarkdown(): string {
  return `# How a call ended

\`data.outcome\` of a \`completed\` event says how the call ended. This table is the one that the relay itself uses: rows are tried
from the top, and the first that matches counts. An empty cell matches anything; upper and lower case do not matter.

- \`result\` is always there; where UCWA tells nothing of the end there is no \`outcome\` at all.
- \`answered\` says whether anyone, a person or voice mail, had taken the call. It is absent where UCWA does not tell.
- \`answeredBy\` says who, where that is known. After the table \`acceptedBy\` is read: voice mail or another person named there counts,
  unless the table says that nobody answered. Where nobody is named, \`otherEndpoint\` (another endpoint of this user) is said only of a
  call whose \`route\` is \`direct\`; any other was perhaps taken by somebody else, and becomes \`unknown\`.
- \`scope\` says whether the ringing ended at this endpoint only or at all of the user’s. It is absent where UCWA does not tell.
- The code \`Informational\` is no result of its own: \`Missed\`, \`ConnectedElsewhere\`, \`Canceled\`, \`Redirected\`, \`AutoAccepted\`,
  \`MediaFallback\` and \`DerivedConversation\` come with it, also where the status is \`Failure\`.
- \`status\`, \`code\`, \`subcode\` and \`message\` are UCWA’s own, verbatim; a code or subcode that is not known is carried as it came.

${markdownTable(
  ['', 'direction', 'status', 'state', 'code', 'subcode', 'result', 'answered', 'answeredBy', 'scope', 'Meaning'],
  outcomeTable.map(toRow),
)}
## Worked examples

${outcomeExamples.map(toExample).join('\n')}`;
}

function toRow({ when, then, means }: OutcomeRow, index: number): readonly string[] {
  const list = (values: readonly string[] = []): string => values.map(code).join(' ');
  const answered = then.answered === undefined ? '' : String(then.answered);
  return [
    String(index + 1),
    ...[when.direction ?? '', when.status ?? '', when.state ?? ''].map(code),
    list(when.code),
    list(when.subcode),
    ...[then.result, answered, then.answeredBy ?? '', then.scope ?? ''].map(code),
    means,
  ];
}

function toExample({ title, story, end }: OutcomeExample): string {
  return `### ${title}

${story}

\`\`\`json
${JSON.stringify(end, null, 2)}
\`\`\`

gives

\`\`\`json
${JSON.stringify({ outcome: outcomeOf(end) }, null, 2)}
\`\`\`
`;
}
