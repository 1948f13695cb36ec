import { sqlError, readSqlTokens, type SqlToken } from './sqlTokens';

const RESERVED = new Set(['AND', 'OR', 'NOT', 'LIKE', 'IN', 'IS', 'EXISTS', 'ESCAPE', 'NULL', 'TRUE', 'FALSE']);

/** The tokens of one SQL filter, taken from the front. */
export class SqlReader {
  private readonly tokens: readonly SqlToken[];
  private next = 0;

  /** @throws BrokerError argument */
  constructor(private readonly expression: string) {
    this.tokens = readSqlTokens(expression);
  }

  get token(): SqlToken {
    return this.peek(0);
  }

  /** Takes the next token where it is of that kind. */
  take(kind: SqlToken['kind']): string | undefined {
    const { token } = this;
    if (token.kind !== kind) return undefined;
    this.next += 1;
    return token.text;
  }

  takeWord(word: string): boolean {
    if (this.token.kind !== 'word' || this.token.text.toUpperCase() !== word) return false;
    this.next += 1;
    return true;
  }

  takeSymbol<Symbol extends string>(...symbols: readonly Symbol[]): Symbol | undefined {
    const found = this.token.kind === 'symbol' ? symbols.find((symbol) => symbol === this.token.text) : undefined;
    if (found !== undefined) this.next += 1;
    return found;
  }

  /** One of these words, with an opening parenthesis after it. */
  takeFunction(...names: readonly string[]): boolean {
    const after = this.peek(1);
    if (this.token.kind !== 'word' || !names.includes(this.token.text.toUpperCase())) return false;
    if (after.kind !== 'symbol' || after.text !== '(') return false;
    this.next += 2;
    return true;
  }

  expectSymbol(symbol: string): void {
    if (this.takeSymbol(symbol) === undefined) throw this.unexpected();
  }

  /** A property's name, delimited or not. */
  name(): string {
    const { kind, text } = this.token;
    if (kind !== 'name' && (kind !== 'word' || RESERVED.has(text.toUpperCase()))) throw this.unexpected();
    this.next += 1;
    return text;
  }

  unexpected(): Error {
    return this.error(`${this.token.text} is not expected at position ${this.token.at}`);
  }

  error(problem: string): Error {
    return sqlError(this.expression, problem);
  }

  private peek(ahead: number): SqlToken {
    return this.tokens[this.next + ahead] ?? { kind: 'end', text: 'the end', at: this.expression.length + 1 };
  }
}
