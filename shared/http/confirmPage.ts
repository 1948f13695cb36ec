import type { HttpResponseInit } from '@azure/functions';

export interface ConfirmPage {
  readonly title: string;
  /** Sentences, in their order. */
  readonly lines: readonly string[];
  /** Label of the one button, which posts to the page's own address; without one there is nothing to do here. */
  readonly button?: string;
}

/**
 * Nothing is loaded from anywhere, nothing runs, nobody may frame it, and no other site is given the link. With
 * `no-referrer` the form would be posted with `Origin: null` (Fetch, "append a request Origin header"), which App Service
 * Authentication refuses.
 */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
} as const;

const style =
  'body{font:1.125rem/1.5 system-ui,sans-serif;max-width:32rem;margin:12vh auto;padding:0 1rem;color:#1b1b1b;background:#fff}' +
  'button{font:inherit;padding:.6rem 1.4rem;border:2px solid #1b1b1b;border-radius:.4rem;background:#1b1b1b;color:#fff;cursor:pointer}' +
  'button:focus-visible{outline:3px solid #0b57d0;outline-offset:3px}' +
  '@media(prefers-color-scheme:dark){body{color:#eee;background:#1b1b1b}button{background:#eee;color:#1b1b1b;border-color:#eee}}';

/** A page for a person: a heading, sentences, and one button that has the focus, so that it works with the keyboard alone. Pure. */
export function toConfirmPage(status: number, { title, lines, button }: ConfirmPage): HttpResponseInit {
  const form =
    button === undefined ? '' : `<form method="post"><button type="submit" autofocus>${escape(button)}</button></form>`;
  const paragraphs = lines.map((line) => `<p>${escape(line)}</p>`).join('');
  const body =
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<title>${escape(title)}</title><style>${style}</style></head>` +
    `<body><main><h1>${escape(title)}</h1>${paragraphs}${form}</main></body></html>`;
  return { status, headers, body };
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
