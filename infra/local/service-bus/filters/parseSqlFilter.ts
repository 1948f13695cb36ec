import { newGuid, type FilterValue } from './filterValue';
import { isSystemField, type MessageFields } from './messageFields';
import {
  and,
  calculate,
  compareValues,
  likePattern,
  negate,
  not,
  or,
  type SqlArithmetic,
  type Truth,
} from './sqlLogic';
import { SqlReader } from './sqlReader';
import { sqlError } from './sqlTokens';

export type SqlPredicate = (fields: MessageFields) => Truth;

/** A part of a filter: what it comes to for a message. A condition comes to true, false, or undefined for unknown. */
interface Node {
  readonly of: (fields: MessageFields) => FilterValue | undefined;
  /** A constant that is no text, which LIKE takes neither as text nor as pattern. */
  readonly isNumber?: boolean;
}

/** Service Bus's limit on a filter ("Service Bus quotas"). */
const MOST_CHARACTERS = 1024;

/**
 * Makes a predicate of an SQL filter, by the whole of the grammar of Microsoft's "Subscription rule SQL filter syntax" but
 * parameters. @throws BrokerError argument
 */
export function parseSqlFilter(expression: string): SqlPredicate {
  if (expression.length > MOST_CHARACTERS)
    throw sqlError(`${expression.slice(0, 40)} …`, `it is longer than ${MOST_CHARACTERS} characters`);
  return new SqlParser(new SqlReader(expression)).parse();
}

/** One method for each rule of the grammar, from the operators that bind least to those that bind most. */
class SqlParser {
  constructor(private readonly reader: SqlReader) {}

  parse(): SqlPredicate {
    const node = this.disjunction();
    if (this.reader.token.kind !== 'end' || node.isNumber === true) throw this.reader.unexpected();
    return truthOf(node);
  }

  private disjunction(): Node {
    let left = this.conjunction();
    while (this.reader.takeWord('OR')) {
      const [first, second] = [truthOf(left), truthOf(this.conjunction())];
      left = { of: (fields) => or(first(fields), second(fields)) };
    }
    return left;
  }

  private conjunction(): Node {
    let left = this.negation();
    while (this.reader.takeWord('AND')) {
      const [first, second] = [truthOf(left), truthOf(this.negation())];
      left = { of: (fields) => and(first(fields), second(fields)) };
    }
    return left;
  }

  private negation(): Node {
    if (!this.reader.takeWord('NOT')) return this.condition();
    return negation(this.negation());
  }

  private condition(): Node {
    const value = this.sum();
    const operator = this.reader.takeSymbol('=', '<>', '!=', '>=', '<=', '>', '<');
    if (operator !== undefined) {
      const right = this.sum();
      return { of: (fields) => compareValues(value.of(fields), operator, right.of(fields)) };
    }
    if (this.reader.takeWord('IS')) return this.isNull(value);
    const negated = this.reader.takeWord('NOT');
    if (this.reader.takeWord('IN')) return negateIf(negated, this.membership(value));
    if (this.reader.takeWord('LIKE')) return negateIf(negated, this.like(value));
    if (negated) throw this.reader.unexpected();
    return value;
  }

  private isNull({ of }: Node): Node {
    const negated = this.reader.takeWord('NOT');
    if (!this.reader.takeWord('NULL')) throw this.reader.unexpected();
    return { of: (fields) => (of(fields) === undefined) !== negated };
  }

  private membership({ of }: Node): Node {
    this.reader.expectSymbol('(');
    const members = [this.sum()];
    while (this.reader.takeSymbol(',') !== undefined) members.push(this.sum());
    this.reader.expectSymbol(')');
    return {
      of: (fields) => {
        const sought = of(fields);
        return members.reduce<Truth>(
          (found, member) => or(found, compareValues(sought, '=', member.of(fields))),
          false,
        );
      },
    };
  }

  private like({ of }: Node): Node {
    const pattern = this.text();
    const escape = this.reader.takeWord('ESCAPE') ? this.text() : undefined;
    return {
      of: (fields) => {
        const [text, wanted, escapedBy] = [of(fields), pattern.of(fields), escape?.of(fields)];
        if (typeof text !== 'string' || typeof wanted !== 'string') return undefined;
        return likePattern(wanted, typeof escapedBy === 'string' ? escapedBy : undefined).test(text);
      },
    };
  }

  private text(): Node {
    const { token } = this.reader;
    const node = this.sum();
    if (node.isNumber === true)
      throw this.reader.error(`${token.text} at position ${token.at} is no text, which LIKE needs`);
    return node;
  }

  private sum(): Node {
    return this.operations(['+', '-'], () => this.operations(['*', '/', '%'], () => this.signed()));
  }

  private operations(operators: readonly SqlArithmetic[], operand: () => Node): Node {
    let left = operand();
    for (;;) {
      const operator = this.reader.takeSymbol(...operators);
      if (operator === undefined) return left;
      const [first, second] = [left, operand()];
      left = { of: (fields) => calculate(first.of(fields), operator, second.of(fields)) };
    }
  }

  private signed(): Node {
    const sign = this.reader.takeSymbol('-', '+');
    if (sign === undefined) return this.primary();
    const { of, isNumber = false } = this.signed();
    return sign === '+' ? { of, isNumber } : { of: (fields) => negate(of(fields)), isNumber };
  }

  private primary(): Node {
    const { reader } = this;
    if (reader.takeSymbol('(') !== undefined) {
      const inner = this.disjunction();
      reader.expectSymbol(')');
      return inner;
    }
    return this.constant() ?? this.call() ?? this.property();
  }

  private constant(): Node | undefined {
    const { reader } = this;
    const text = reader.take('string');
    if (text !== undefined) return { of: () => text };
    const integer = reader.take('integer');
    if (integer !== undefined) return numberNode(BigInt.asIntN(64, BigInt(integer)));
    const double = reader.take('double');
    if (double !== undefined) return numberNode(Number(double));
    if (reader.takeWord('TRUE')) return { of: () => true };
    if (reader.takeWord('FALSE')) return { of: () => false };
    return reader.takeWord('NULL') ? { of: () => undefined } : undefined;
  }

  private call(): Node | undefined {
    const { reader } = this;
    if (reader.takeFunction('EXISTS')) {
      const { of } = this.property();
      reader.expectSymbol(')');
      return { of: (fields) => of(fields) !== undefined };
    }
    if (reader.takeFunction('NEWID')) {
      reader.expectSymbol(')');
      return { of: newGuid };
    }
    if (!reader.takeFunction('P', 'PROPERTY')) return undefined;
    const { of } = this.sum();
    reader.expectSymbol(')');
    return {
      of: (fields) => {
        const name = of(fields);
        return typeof name === 'string' ? fields.propertyInAnyCase(name) : undefined;
      },
    };
  }

  private property(): Node {
    const name = this.reader.name();
    if (this.reader.takeSymbol('.') === undefined) return { of: (fields) => fields.propertyInAnyCase(name) };
    const scoped = this.reader.name();
    if (name.toLowerCase() === 'user') return { of: (fields) => fields.propertyInAnyCase(scoped) };
    if (name.toLowerCase() !== 'sys') throw this.reader.error(`the scope '${name}' is neither 'sys' nor 'user'`);
    if (!isSystemField(scoped))
      throw this.reader.error(`'sys.${scoped}' is not a system property that filters can use here`);
    return { of: (fields) => fields.system(scoped) };
  }
}

const numberNode = (value: bigint | number): Node => ({ of: () => value, isNumber: true });

const truthOf =
  ({ of }: Node): SqlPredicate =>
  (fields) => {
    const value = of(fields);
    return typeof value === 'boolean' ? value : undefined;
  };

function negation(node: Node): Node {
  const truth = truthOf(node);
  return { of: (fields) => not(truth(fields)) };
}

const negateIf = (negated: boolean, node: Node): Node => (negated ? negation(node) : node);
