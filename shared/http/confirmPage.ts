import { createHash } from 'node:crypto';
import type { HttpResponseInit } from '@azure/functions';

export interface ConfirmPage {
  readonly title: string;
  /** "Urgent", "Emergency"; absent for an ordinary call. */
  readonly importance?: string;
  /** Sentences, in their order. */
  readonly lines: readonly string[];
  /** Until when it rings, and the time now: milliseconds since the epoch. */
  readonly rings?: { readonly untilMs: number; readonly nowMs: number };
  /** Label of the one button, which posts to the page's own address; without one there is nothing to do here. */
  readonly button?: string;
}

/**
 * Shows times in the reader's own zone and counts the seconds down. By the time that has passed since the page came: the
 * clock of the machine may be wrong. Without scripts the page says the same in UTC.
 */
const script =
  "for(const t of document.querySelectorAll('time'))t.textContent=new Date(t.dateTime).toLocaleTimeString();" +
  "const left=document.querySelector('[data-seconds]');" +
  'if(left){const end=performance.now()+left.dataset.seconds*1000;setInterval(()=>{' +
  'const s=Math.max(0,Math.ceil((end-performance.now())/1000));' +
  "left.textContent=s===1?'one more second':s+' more seconds';left.className=s<9?'little':''},1000)}";

/**
 * Nothing is loaded from anywhere, nothing runs but the script above, nobody may frame it, and no other site is given the
 * link. With `no-referrer` the form would be posted with `Origin: null` (Fetch, "append a request Origin header"), which App
 * Service Authentication refuses.
 */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'; ` +
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
} as const;

/** The colours of the console. */
const style =
  ':root{color-scheme:light dark;--card:#fff;--ground:#f3f5f8;--ink:#1a1d21;--soft:#535b66;--link:#0b57d0;--on:#fff;--bad:#a91d14;' +
  '--badly:#fde8e6;--line:#d5d9df}@media(prefers-color-scheme:dark){:root{--card:#1c2024;--ground:#121518;--ink:#e9ebee;' +
  '--soft:#aab2bb;--link:#8fb8ff;--on:#0a1a33;--bad:#ffa59c;--badly:#3f1a18;--line:#343a41}}*{box-sizing:border-box}' +
  'body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;padding:8vh .75rem;max-width:31rem;color:var(--ink);background:var(--ground)}' +
  'header{display:flex;gap:.5rem;align-items:center;margin-bottom:.75rem;font-weight:650}svg{width:1.5rem;height:1.5rem}' +
  'main{padding:1.25rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem}h1{font-size:1.375rem;line-height:1.3;' +
  'margin:0 0 .75rem}p{margin:.25rem 0;overflow-wrap:anywhere}h1+p{font-weight:600}p~p{color:var(--soft)}' +
  '.urgent+p{font-weight:600;color:inherit}.urgent{display:inline-block;' +
  'padding:.05rem .5rem;border-radius:.375rem;font-size:.875rem;color:var(--bad);background:var(--badly)}b,time{color:var(--ink);' +
  'font-variant-numeric:tabular-nums}.little{color:var(--bad)}form{margin-top:1.25rem}button{font:inherit;font-weight:600;width:100%;' +
  'min-height:2.75rem;padding:.5rem 1rem;border:0;border-radius:.5rem;background:var(--link);color:var(--on);cursor:pointer}' +
  'button:focus-visible{outline:3px solid var(--link);outline-offset:3px}';

const logo =
  '<svg viewBox="0 0 20 20" aria-hidden="true"><rect width="20" height="20" rx="4" fill="#0b57d0"/><path fill="#fff" d="M6.8 4.3 5.3 ' +
  '5.5c-.7.5-.9 1.3-.7 2.2.7 3 3.6 5.9 6.6 6.6.9.2 1.7 0 2.2-.7l1.2-1.5-2.5-2.1-1.4 1.1c-1.2-.6-2.1-1.5-2.7-2.7l1.1-1.4z"/></svg>';

/** A page for a person: a heading, sentences, and one button that has the focus, so that it works with the keyboard alone. Pure. */
export function toConfirmPage(status: number, page: ConfirmPage): HttpResponseInit {
  const { title, importance, lines, rings, button } = page;
  const form =
    button === undefined ? '' : `<form method="post"><button type="submit" autofocus>${escape(button)}</button></form>`;
  const paragraphs = [
    ...(importance === undefined ? [] : [`<p class="urgent">! ${escape(importance)}</p>`]),
    ...lines.map((line) => `<p>${escape(line)}</p>`),
    ...(rings === undefined ? [] : [ringsFor(rings)]),
  ].join('');
  const body =
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<title>${escape(title)}</title><style>${style}</style></head><body><header>${logo}ucwa-relay</header>` +
    `<main><h1>${escape(title)}</h1>${paragraphs}${form}</main>${rings === undefined ? '' : `<script>${script}</script>`}</body></html>`;
  return { status, headers, body };
}

function ringsFor({ untilMs, nowMs }: NonNullable<ConfirmPage['rings']>): string {
  const seconds = Math.max(0, Math.round((untilMs - nowMs) / 1000));
  const until = new Date(untilMs).toISOString();
  const left = seconds === 1 ? 'one more second' : `${String(seconds)} more seconds`;
  return (
    `<p>It rings for <b data-seconds="${String(seconds)}">${left}</b>, ` +
    `until <time datetime="${until}">${until.slice(11, 19)} UTC</time>.</p>`
  );
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
