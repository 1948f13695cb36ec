/** A resource as UCWA writes it in JSON: properties beside `_links` and `_embedded` (UCWA 2.0, "Web links"). */
export interface Hal {
  readonly rel?: string;
  readonly _links?: Readonly<Record<string, HalLink | readonly HalLink[]>>;
  readonly _embedded?: Readonly<Record<string, Hal | readonly Hal[]>>;
  readonly [property: string]: unknown;
}

export interface HalLink {
  readonly href: string;
  readonly title?: string;
}

/** `_links` from rel and href; a rel whose href is undefined is not linked. */
export function toLinks(hrefs: Readonly<Record<string, string | undefined>>): Record<string, HalLink> {
  const links: Record<string, HalLink> = {};
  for (const [rel, href] of Object.entries(hrefs)) {
    if (href !== undefined) links[rel] = { href };
  }
  return links;
}
