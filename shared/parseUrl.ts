/**
 * The URL, or undefined where the text is none. Not `URL.canParse`: that of Node.js 20 refuses hosts with letters such as "ü"
 * once it runs as optimised code (seen with 20.20).
 */
export function parseUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
