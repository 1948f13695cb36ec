/** What a server offers for signing in: its `WWW-Authenticate`, tokenised. */
export interface Challenge {
  /** Whether `MsRtcOAuth` was among the schemes, with or without an href. */
  readonly webTicket: boolean;
  /** `href` of MsRtcOAuth, as sent; where it is missing the token service is at its well-known path. */
  readonly tokenHref?: string;
  /** `grant_type` of MsRtcOAuth, each once, in the order given. */
  readonly grants: readonly string[];
  /** `authorization_uri` of Bearer: modern authentication. */
  readonly authorizationUri?: string;
  /** The server did not say so; the well-known token service is tried. */
  readonly isGuess?: true;
  /** The schemes in the order given, each once, as sent. */
  readonly schemes: readonly string[];
}

interface Scheme {
  readonly name: string;
  readonly parameters: Map<string, string>;
}

/** The accounts of a pool are all given the same one, and each keeps it for the renewal of its ticket. */
let last: { readonly header: string; readonly challenge: Challenge } | undefined;

/**
 * Tokenises `WWW-Authenticate` (RFC 9110 §11.6.1): several challenges in one header or in several (Node joins those by
 * a comma), in any order, values quoted or not; commas within quotes do not split. Whatever is no challenge is passed
 * over. Undefined for an absent header stands for no challenge at all. The same header again gives the same object.
 */
export function parseChallenge(header = ''): Challenge {
  if (last?.header !== header) last = { header, challenge: toChallenge(header) };
  return last.challenge;
}

function toChallenge(header: string): Challenge {
  const schemes = tokenise(header);
  const find = (name: string): Scheme | undefined => schemes.find((scheme) => scheme.name.toLowerCase() === name);
  const webTicket = find('msrtcoauth');
  const tokenHref = webTicket?.parameters.get('href');
  const authorizationUri = find('bearer')?.parameters.get('authorization_uri');
  return {
    webTicket: webTicket !== undefined,
    ...(tokenHref ? { tokenHref } : {}),
    grants: unique((webTicket?.parameters.get('grant_type') ?? '').split(',').map((grant) => grant.trim())),
    ...(authorizationUri ? { authorizationUri } : {}),
    schemes: unique(schemes.map((scheme) => scheme.name)),
  };
}

/** A name, then `=` and a value quoted or bare; without the `=` the name is a scheme's. */
const TOKEN = /([^\s,="]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^\s,"]*)))?/gs;

function tokenise(header: string): Scheme[] {
  const schemes: Scheme[] = [];
  for (const [token, name = '', quoted, bare] of header.matchAll(TOKEN)) {
    const parameters = schemes.at(-1)?.parameters;
    const value = quoted?.replace(/\\(.)/gs, '$1') ?? bare;
    if (value !== undefined) {
      parameters?.set(name.toLowerCase(), value);
    } else if (parameters?.has('grant_type') === true && isGrant(token)) {
      parameters.set('grant_type', `${parameters.get('grant_type') ?? ''},${token}`); // A list that lacks its quotes.
    } else {
      schemes.push({ name, parameters: new Map() });
    }
  }
  return schemes;
}

function isGrant(token: string): boolean {
  return token === 'password' || token.startsWith('urn:');
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].filter((value) => value !== '');
}
