/** A segment of a template: the text itself, a parameter, or the parameter that takes the rest of the path. */
type RouteSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'parameter' | 'rest';
      readonly name: string;
      readonly optional: boolean;
      readonly accepts: readonly ((value: string) => boolean)[];
    };

/** A parsed route of a function, prefix included. */
export interface RouteTemplate {
  readonly segments: readonly RouteSegment[];
}

/** Values by parameter name, percent-decoded except for `%2F`; a parameter that is absent has no entry. */
export type RouteParams = Readonly<Record<string, string>>;

/** The route constraints of ASP.NET Core routing that name a kind of value. */
const CONSTRAINTS: Readonly<Record<string, (value: string) => boolean>> = {
  int: (value) => /^[+-]?\d+$/.test(value) && Math.abs(Number(value)) <= 2 ** 31 - 1,
  long: (value) => /^[+-]?\d{1,19}$/.test(value),
  bool: (value) => /^(true|false)$/i.test(value),
  guid: (value) => /^\{?[\da-f]{8}-?([\da-f]{4}-?){3}[\da-f]{12}\}?$/i.test(value),
  alpha: (value) => /^[a-z]*$/i.test(value),
};

const PARAMETER = /^\{(\*{0,2})([A-Za-z_]\w*)((?::[a-z]+)*)(\??)\}$/;

/**
 * Parses a route as Azure writes it: `a/{b}/{n:int?}/{*rest}`. Literal text is compared without regard to case.
 *
 * @throws Error that names the template for what this host does not know: parameters within a segment, defaults, other constraints.
 */
export function parseRouteTemplate(template: string): RouteTemplate {
  const texts = template.split('/').filter((text) => text !== '');
  const segments = texts.map((text) => parseSegment(text, template));
  segments.slice(0, -1).forEach((segment) => {
    if (segment.kind === 'rest')
      throw new Error(`Route "${template}": only the last segment can take the rest of the path.`);
  });
  return { segments };
}

function parseSegment(text: string, template: string): RouteSegment {
  if (!/[{}]/.test(text)) return { kind: 'literal', text: text.toLowerCase() };
  const [, stars, name, constraints = '', optional] = PARAMETER.exec(text) ?? [];
  if (name === undefined) throw new Error(`Route "${template}": the segment "${text}" is not supported by this host.`);
  const accepts = constraints
    .split(':')
    .slice(1)
    .map((constraint) => {
      const accept = CONSTRAINTS[constraint];
      if (accept === undefined)
        throw new Error(`Route "${template}": the constraint "${constraint}" is not supported by this host.`);
      return accept;
    });
  return stars === ''
    ? { kind: 'parameter', name, optional: optional === '?', accepts }
    : { kind: 'rest', name, optional: true, accepts };
}

/** The parameters when `path` (segments as they came, still encoded) fits the template, else undefined. */
export function matchRoute({ segments }: RouteTemplate, path: readonly string[]): RouteParams | undefined {
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const raw = segment.kind === 'rest' ? path.slice(index).join('/') : path[index];
    if (segment.kind === 'literal') {
      if (raw === undefined || decodeSegment(raw).toLowerCase() !== segment.text) return undefined;
    } else if (raw === undefined || raw === '') {
      if (!segment.optional) return undefined;
    } else {
      const value = decodeSegment(raw);
      if (!segment.accepts.every((accept) => accept(value))) return undefined;
      params[segment.name] = value;
    }
    if (segment.kind === 'rest') return params;
  }
  return path.length <= segments.length ? params : undefined;
}

/** An encoded slash stays encoded, or a value could pretend to be two segments; so does what is not valid UTF-8. */
function decodeSegment(raw: string): string {
  try {
    return raw
      .replace(/%2f/gi, (slash) => `%25${slash.slice(1)}`)
      .split('/')
      .map(decodeURIComponent)
      .join('/');
  } catch {
    return raw;
  }
}
