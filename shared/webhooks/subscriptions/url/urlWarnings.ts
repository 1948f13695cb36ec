import { parseUrl } from '../../../parseUrl';

const OFFICE_CONNECTOR = /^[^.]+\.webhook\.office\.com$/i;
/** Hosts of Logic Apps, Power Automate and Teams workflows, whose trigger URLs are signed by `sig`. */
const SIGNED_BY_SIG = /(\.logic\.azure\.com|\.powerplatform\.com|\.azure-apim\.net|\.flow\.microsoft\.com)$/i;

/** Sentences about a URL that is allowed and will hardly work. Pure; repeats nothing of the URL. */
export function urlWarnings(url: string): readonly string[] {
  const parsed = parseUrl(url);
  if (parsed === undefined) return [];
  const { hostname, searchParams } = parsed;
  const warnings: string[] = [];
  if (OFFICE_CONNECTOR.test(hostname)) warnings.push('Office 365 connector URLs are retired: use a Teams workflow');
  if (/&amp;/i.test(url))
    warnings.push('The URL has &amp; where & is meant, as when it is copied from HTML: replace each &amp; by &');
  if (SIGNED_BY_SIG.test(hostname) && !searchParams.has('sig') && !/[?&;]sig=/.test(url))
    warnings.push(
      'The URL of the workflow has no sig parameter, without which it is refused: copy the whole URL from the trigger again',
    );
  return warnings;
}
