import { packageFromJson } from './packageFromJson';
import { packageFromXml } from './packageFromXml';
import { parseRepresentation } from './representation';
import type { EventPackage } from '../../invitations/resource';
import { Unreadable } from './unreadable';

/** A P-GET's body: a package, or the sentence that says why it is none. */
export type ParsedPackage = { readonly package: EventPackage } | { readonly problem: string };

/**
 * The response to a P-GET, JSON or XML by its Content-Type. An empty body is an empty package that names no `next`.
 * A part within that cannot be read keeps its place as an UnreadablePart. Pure; never throws, whatever came.
 */
export function parsePackage(text: string, contentType: string): ParsedPackage {
  if (text.trim() === '') return { package: { senders: [] } };
  try {
    const body = parseRepresentation(text, contentType);
    return { package: body.form === 'json' ? packageFromJson(body.value, text) : packageFromXml(body.root, text) };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.problem };
    throw error;
  }
}

/**
 * A package made of a body that is none: the whole text as one unreadable part, and where to go on, if the text still
 * shows it. `next` stands before the senders in every body seen, so that a body that was cut off usually does.
 */
export function recoverPackage(text: string, problem: string): EventPackage {
  const next =
    /"next"\s*:\s*\{\s*"href"\s*:\s*"((?:[^"\\]|\\.)+)"/
      .exec(text)?.[1]
      ?.replace(/\\(u0026|.)/gi, (_, escaped: string) => (escaped.length > 1 ? '&' : escaped)) ??
    /<link\s+rel="next"\s+href="([^"]+)"/.exec(text)?.[1]?.replace(/&amp;/g, '&');
  return {
    ...(next === undefined ? {} : { next }),
    senders: [{ rel: '', href: '', events: [{ problem, raw: text }] }],
  };
}
