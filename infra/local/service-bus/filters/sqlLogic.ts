import { isNumeric, order, type FilterValue } from './filterValue';

/** SQL's third truth value is undefined: a comparison with what the message does not have is neither true nor false. */
export type Truth = boolean | undefined;

export type SqlComparison = '=' | '<>' | '!=' | '>' | '>=' | '<' | '<=';
export type SqlArithmetic = '+' | '-' | '*' | '/' | '%';

/** Values of different kinds never compare; only equality is asked of booleans. */
export function compareValues(
  left: FilterValue | undefined,
  operator: SqlComparison,
  right: FilterValue | undefined,
): Truth {
  if (left === undefined || right === undefined) return undefined;
  const ordered = order(left, right);
  if (ordered === undefined) return undefined;
  if (operator === '=') return ordered === 0;
  if (operator === '<>' || operator === '!=') return ordered !== 0;
  if (typeof left === 'boolean') return undefined;
  switch (operator) {
    case '>':
      return ordered > 0;
    case '>=':
      return ordered >= 0;
    case '<':
      return ordered < 0;
    case '<=':
      return ordered <= 0;
  }
}

/** As C# does it: whole numbers stay whole (64 bits), a double makes a double, `+` joins texts; else the result is unknown. */
export function calculate(
  left: FilterValue | undefined,
  operator: SqlArithmetic,
  right: FilterValue | undefined,
): FilterValue | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (operator === '+' && typeof left === 'string' && typeof right === 'string') return left + right;
  if (!isNumeric(left) || !isNumeric(right)) return undefined;
  if (typeof left === 'bigint' && typeof right === 'bigint') return calculateWhole(left, operator, right);
  const [a, b] = [Number(left), Number(right)];
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
  }
}

function calculateWhole(a: bigint, operator: SqlArithmetic, b: bigint): bigint | undefined {
  if (b === 0n && (operator === '/' || operator === '%')) return undefined;
  const results = {
    '+': () => a + b,
    '-': () => a - b,
    '*': () => a * b,
    '/': () => a / b,
    '%': () => a % b,
  };
  return BigInt.asIntN(64, results[operator]());
}

export const negate = (value: FilterValue | undefined): FilterValue | undefined =>
  value !== undefined && isNumeric(value) ? -value : undefined;

export const not = (value: Truth): Truth => (value === undefined ? undefined : !value);
export const and = (left: Truth, right: Truth): Truth =>
  left === false || right === false ? false : left === undefined || right === undefined ? undefined : true;
export const or = (left: Truth, right: Truth): Truth => not(and(not(left), not(right)));

/** `%` is any text, `_` any one character; the character after `escape` is itself. */
export function likePattern(pattern: string, escape: string | undefined): RegExp {
  let source = '';
  let literal = false;
  for (const character of pattern) {
    if (!literal && character === escape) literal = true;
    else {
      if (!literal && character === '%') source += '[^]*';
      else if (!literal && character === '_') source += '[^]';
      else source += character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
      literal = false;
    }
  }
  return new RegExp(`^${source}$`, 'u');
}
