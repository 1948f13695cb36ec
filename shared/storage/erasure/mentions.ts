/**
 * Whether a text names that URI, without regard to case: the URI itself, not the beginning of a longer one
 * (`sip:ann@contoso.com` is not `sip:ann@contoso.com.au`). Pure.
 */
export function mentions(text: string, uri: string): boolean {
  const [where, what] = [text.toLowerCase(), uri.toLowerCase()];
  for (let at = where.indexOf(what); at !== -1; at = where.indexOf(what, at + 1)) {
    if (!PART_OF_A_URI.test(where.charAt(at - 1)) && !PART_OF_A_URI.test(where.charAt(at + what.length))) return true;
  }
  return false;
}

const PART_OF_A_URI = /[\w.%+@-]/;
