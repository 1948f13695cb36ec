import { BrokerError } from '../broker/brokerError';

export interface SqlToken {
  readonly kind: 'word' | 'name' | 'string' | 'integer' | 'double' | 'symbol' | 'end';
  /** A word as it was written; a delimited name, string or number without its delimiters. */
  readonly text: string;
  /** Position in the expression, from 1. */
  readonly at: number;
}

const patterns: readonly (readonly [SqlToken['kind'], RegExp])[] = [
  ['string', /'((?:[^']|'')*)'/y],
  ['name', /\[((?:[^\]]|\]\])+)\]/y],
  ['name', /"((?:[^"]|"")+)"/y],
  ['double', /(\d+(?:\.\d*(?:[eE][+-]?\d+)?|[eE][+-]?\d+)|\.\d+(?:[eE][+-]?\d+)?)/y],
  ['integer', /(\d+)/y],
  ['word', /([\p{L}_][\p{L}\p{N}_]*)/uy],
  ['symbol', /(<>|!=|>=|<=|[=<>(),.+\-*/%])/y],
];

/** In strings and delimited names the closing delimiter, doubled, stands for one. */
const doubled: Readonly<Record<string, string>> = { "'": "'", '[': ']', '"': '"' };

/** Splits an SQL filter. @throws BrokerError argument */
export function readSqlTokens(expression: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  let position = 0;
  for (;;) {
    while (/\s/.test(expression.charAt(position))) position += 1;
    const at = position + 1;
    if (position >= expression.length) return [...tokens, { kind: 'end', text: 'the end', at }];
    const token = readAt(expression, position);
    if (token === undefined) throw sqlError(expression, unknownCharacter(expression.charAt(position), at));
    const delimiter = doubled[expression.charAt(position)];
    const text = delimiter === undefined ? token.text : token.text.replaceAll(delimiter + delimiter, delimiter);
    tokens.push({ kind: token.kind, text, at });
    position += token.length;
  }
}

const unknownCharacter = (character: string, at: number): string =>
  character === '@'
    ? `parameters, as at position ${at}, are not supported by this local Service Bus`
    : `'${character}' is not expected at position ${at}`;

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
