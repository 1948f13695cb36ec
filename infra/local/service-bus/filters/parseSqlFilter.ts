import { isSystemField, type MessageFields } from './messageFields';
import { and, compareValues, likePattern, not, or, type SqlComparison, type Truth } from './sqlLogic';
import { readSqlTokens, sqlError, type SqlToken } from './sqlTokens';

export type SqlPredicate = (fields: MessageFields) => Truth;
type SqlValue = (fields: MessageFields) => unknown;

const COMPARISONS = new Set(['=', '<>', '!=', '>', '>=', '<', '<=']);
const RESERVED = new Set(['AND', 'OR', 'NOT', 'LIKE', 'IN', 'IS', 'EXISTS', 'ESCAPE', 'NULL', 'TRUE', 'FALSE']);

/**
 * Makes a predicate of an SQL filter (Microsoft's "Subscription rule SQL filter syntax"): comparisons, AND, OR, NOT,
 * [NOT] LIKE … ESCAPE, [NOT] IN, IS [NOT] NULL, EXISTS, user properties and `sys.` ones. Arithmetic, functions and
 * parameters are refused, as is anything else. @throws BrokerError argument
 */
export function parseSqlFilter(expression: string): SqlPredicate {
  return new SqlParser(expression).parse();
}

/** One method for each rule of the grammar, which each return what they have read as a function. */
class SqlParser {
  private readonly tokens: readonly SqlToken[];
  private next = 0;

  constructor(private readonly expression: string) {
    this.tokens = readSqlTokens(expression);
  }

  parse(): SqlPredicate {
    const predicate = this.disjunction();
    if (this.token.kind !== 'end') throw this.unexpected();
    return predicate;
  }

  private get token(): SqlToken {
    return this.tokens[this.next] ?? { kind: 'end', text: 'the end', at: this.expression.length + 1 };
  }

  private disjunction(): SqlPredicate {
    let left = this.conjunction();
    while (this.takeWord('OR')) {
      const [first, second] = [left, this.conjunction()];
      left = (fields) => or(first(fields), second(fields));
    }
    return left;
  }

  private conjunction(): SqlPredicate {
    let left = this.negation();
    while (this.takeWord('AND')) {
      const [first, second] = [left, this.negation()];
      left = (fields) => and(first(fields), second(fields));
    }
    return left;
  }

  private negation(): SqlPredicate {
    if (!this.takeWord('NOT')) return this.condition();
    const inner = this.negation();
    return (fields) => not(inner(fields));
  }

  private condition(): SqlPredicate {
    if (this.takeSymbol('(')) {
      const inner = this.disjunction();
      this.expectSymbol(')');
      return inner;
    }
    if (this.takeWord('EXISTS')) return this.exists();
    const value = this.value();
    const operator = this.token.text;
    if (this.token.kind === 'symbol' && COMPARISONS.has(operator)) {
      this.next += 1;
      const right = this.value();
      return (fields) => compareValues(value(fields), operator as SqlComparison, right(fields));
    }
    if (this.takeWord('IS')) return this.isNull(value);
    const negated = this.takeWord('NOT');
    if (this.takeWord('IN')) return negateIf(negated, this.membership(value));
    if (this.takeWord('LIKE')) return negateIf(negated, this.like(value));
    if (negated) throw this.unexpected();
    return (fields) => {
      const truth = value(fields);
      return typeof truth === 'boolean' ? truth : undefined;
    };
  }

  private exists(): SqlPredicate {
    this.expectSymbol('(');
    const property = this.property();
    this.expectSymbol(')');
    return (fields) => property(fields) !== undefined;
  }

  private isNull(value: SqlValue): SqlPredicate {
    const negated = this.takeWord('NOT');
    if (!this.takeWord('NULL')) throw this.unexpected();
    return (fields) => (value(fields) === undefined) !== negated;
  }

  private membership(value: SqlValue): SqlPredicate {
    this.expectSymbol('(');
    const members = [this.value()];
    while (this.takeSymbol(',')) members.push(this.value());
    this.expectSymbol(')');
    return (fields) => {
      const sought = value(fields);
      return members.reduce<Truth>((found, member) => or(found, compareValues(sought, '=', member(fields))), false);
    };
  }

  private like(value: SqlValue): SqlPredicate {
    const pattern = this.string();
    const escape = this.takeWord('ESCAPE') ? this.string() : undefined;
    const regularExpression = likePattern(pattern, escape);
    return (fields) => {
      const text = value(fields);
      return typeof text === 'string' ? regularExpression.test(text) : undefined;
    };
  }

  private value(): SqlValue {
    const sign = this.takeSymbol('-') ? -1 : 1;
    const { kind, text } = this.token;
    if (kind === 'number') {
      this.next += 1;
      const number = sign * Number(text);
      return () => number;
    }
    if (sign === -1) throw this.unexpected();
    if (kind === 'string') {
      this.next += 1;
      return () => text;
    }
    if (this.takeWord('TRUE')) return () => true;
    if (this.takeWord('FALSE')) return () => false;
    if (this.takeWord('NULL')) return () => undefined;
    return this.property();
  }

  private property(): SqlValue {
    const name = this.name();
    if (!this.takeSymbol('.')) return (fields) => fields.property(name);
    const scoped = this.name();
    if (name.toLowerCase() === 'user') return (fields) => fields.property(scoped);
    if (name.toLowerCase() !== 'sys')
      throw sqlError(this.expression, `the scope '${name}' is neither 'sys' nor 'user'`);
    if (!isSystemField(scoped))
      throw sqlError(this.expression, `'sys.${scoped}' is not a system property that filters can use here`);
    return (fields) => fields.system(scoped);
  }

  private name(): string {
    const { kind, text } = this.token;
    if (kind !== 'name' && (kind !== 'word' || RESERVED.has(text.toUpperCase()))) throw this.unexpected();
    this.next += 1;
    return text;
  }

  private string(): string {
    const { kind, text } = this.token;
    if (kind !== 'string') throw this.unexpected();
    this.next += 1;
    return text;
  }

  private takeWord(word: string): boolean {
    if (this.token.kind !== 'word' || this.token.text.toUpperCase() !== word) return false;
    this.next += 1;
    return true;
  }

  private takeSymbol(symbol: string): boolean {
    if (this.token.kind !== 'symbol' || this.token.text !== symbol) return false;
    this.next += 1;
    return true;
  }

  private expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.unexpected();
  }

  private unexpected(): Error {
    return sqlError(this.expression, `${this.token.text} is not expected at position ${this.token.at}`);
  }
}

const negateIf = (negated: boolean, predicate: SqlPredicate): SqlPredicate =>
  negated ? (fields) => not(predicate(fields)) : predicate;
