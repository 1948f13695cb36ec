/** SQL's third truth value is undefined: a comparison with what the message does not have is neither true nor false. */
export type Truth = boolean | undefined;

export type SqlComparison = '=' | '<>' | '!=' | '>' | '>=' | '<' | '<=';

/** Values of different kinds never compare; only equality is asked of booleans. */
export function compareValues(left: unknown, operator: SqlComparison, right: unknown): Truth {
  const [a, b] = [comparable(left), comparable(right)];
  if (a === undefined || b === undefined || typeof a !== typeof b) return undefined;
  switch (operator) {
    case '=':
      return a === b;
    case '<>':
    case '!=':
      return a !== b;
    case '>':
      return typeof a === 'boolean' ? undefined : a > b;
    case '>=':
      return typeof a === 'boolean' ? undefined : a >= b;
    case '<':
      return typeof a === 'boolean' ? undefined : a < b;
    case '<=':
      return typeof a === 'boolean' ? undefined : a <= b;
  }
}

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
      else source += character.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
      literal = false;
    }
  }
  return new RegExp(`^${source}$`, 'u');
}

function comparable(value: unknown): string | number | boolean | undefined {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}
