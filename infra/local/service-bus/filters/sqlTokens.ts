import { BrokerError } from '../broker/brokerError';

export interface SqlToken {
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'symbol' | 'end';
  /** A word as it was written; a delimited name, string or number without its delimiters. */
  readonly text: string;
  /** Position in the expression, from 1. */
  readonly at: number;
}

const patterns: readonly (readonly [SqlToken['kind'], RegExp])[] = [
  ['string', /'((?:[^']|'')*)'/y],
  ['name', /\[([^\]]+)\]/y],
  ['name', /"([^"]+)"/y],
  ['number', /((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y],
  ['word', /([A-Za-z_][A-Za-z0-9_]*)/y],
  ['symbol', /(<>|!=|>=|<=|[=<>(),.+\-*/%])/y],
];

/** Splits an SQL filter; a doubled quote in a string stands for one. @throws BrokerError argument */
export function readSqlTokens(expression: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  let position = 0;
  for (;;) {
    while (/\s/.test(expression.charAt(position))) position += 1;
    const at = position + 1;
    if (position >= expression.length) return [...tokens, { kind: 'end', text: 'the end', at }];
    const token = readAt(expression, position);
    if (token === undefined)
      throw sqlError(expression, `'${expression.charAt(position)}' is not expected at position ${at}`);
    tokens.push({
      kind: token.kind,
      text: token.kind === 'string' ? token.text.replaceAll("''", "'") : token.text,
      at,
    });
    position += token.length;
  }
}

/** What is wrong with an SQL filter, as the client is told. */
export const sqlError = (expression: string, problem: string): BrokerError =>
  new BrokerError('argument', `The SQL filter \`${expression}\` cannot be used: ${problem}.`);

function readAt(
  expression: string,
  position: number,
): { kind: SqlToken['kind']; text: string; length: number } | undefined {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = position;
    const found = pattern.exec(expression);
    if (found !== null) return { kind, text: found[1] ?? '', length: found[0].length };
  }
  return undefined;
}
