/**
 * The longest href of a pool that is known has some 300 characters. What is longer is not looked into, but for
 * `data:` URIs: those carry the offers.
 */
const LONGEST_HREF = 8_192;

/** Whether the href is longer than links are. Asked before any regular expression sees it. */
export function isTooLongHref(href: string): boolean {
  return href.length > LONGEST_HREF && !href.startsWith('data:');
}
