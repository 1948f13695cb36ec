import { createHash } from 'node:crypto';
import { toConfirmPage, type ConfirmPage } from '../../../shared/http/confirmPage';

const htmlOf = (status: number, page: ConfirmPage): string => {
  const { body } = toConfirmPage(status, page);
  return typeof body === 'string' ? body : '';
};
const question = toConfirmPage(200, {
  title: 'Reject the call?',
  lines: ['Call from Alice', 'It rings until 12:00:30 UTC.'],
  button: 'Reject the call',
});
const html = typeof question.body === 'string' ? question.body : '';
const headers = new Headers(question.headers);

describe('the confirm page', () => {
  it('works with the keyboard alone: one form, one button, which has the focus', () => {
    expect(html.match(/<(form|button|a|input|select|textarea)\b[^>]*>/g)).toEqual([
      '<form method="post">',
      '<button type="submit" autofocus>',
    ]);
    expect(html).not.toMatch(/tabindex|outline:\s*none/);
    expect(html).toContain(':focus-visible{outline:');
  });

  it('is told to a screen reader: a language, a title, a main part with one heading', () => {
    expect(html).toMatch(/^<!doctype html><html lang="en">/);
    expect(html).toContain('<title>Reject the call?</title>');
    expect(html).toContain('<main><h1>Reject the call?</h1><p>Call from Alice</p><p>It rings until 12:00:30 UTC.</p>');
  });

  it('says how long it rings, and names the time so that its script can show it in the reader’s zone', () => {
    const untilMs = Date.parse('2026-11-29T12:00:30Z');
    const shown = (leftMs: number) =>
      htmlOf(200, { title: 'x', lines: [], rings: { untilMs, nowMs: untilMs - leftMs } });
    expect(shown(7000)).toContain(
      '<p>It rings for <b data-seconds="7">7 more seconds</b>, ' +
        'until <time datetime="2026-11-29T12:00:30.000Z">12:00:30 UTC</time>.</p>',
    );
    expect(shown(1000)).toContain('>one more second<');
    const [, script = ''] = /<script>(.*)<\/script>/.exec(shown(7000)) ?? [];
    const hash = createHash('sha256').update(script).digest('base64');
    expect(headers.get('content-security-policy')).toContain(`script-src 'sha256-${hash}'`);
  });

  it('says what is urgent', () => {
    expect(htmlOf(200, { title: 'x', importance: 'Urgent', lines: [] })).toContain('<p class="urgent">! Urgent</p>');
  });

  it('runs nothing of others, loads nothing, is framed by nobody, kept by nobody, and gives its address to nobody', () => {
    expect(html).not.toMatch(/<script|<link|<img|<iframe|javascript:|\son\w+=|src=|https?:/i);
    expect(headers.get('content-security-policy')?.split('; ').sort()).toEqual([
      "base-uri 'none'",
      "default-src 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      expect.stringMatching(/^script-src 'sha256-[^ ]+'$/),
      "style-src 'unsafe-inline'",
    ]);
    expect([
      headers.get('cache-control'),
      headers.get('referrer-policy'),
      headers.get('x-content-type-options'),
    ]).toEqual(['no-store', 'same-origin', 'nosniff']);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  });

  it('has no form where there is nothing to do', () => {
    const page = toConfirmPage(410, { title: 'This call is over', lines: [] });
    expect(page.status).toBe(410);
    expect(page.body).not.toContain('<form');
  });

  it('shows what a caller wrote as text', () => {
    const caller = `<script>alert(1)</script> & "friends" 'quoted'`;
    const shown = htmlOf(200, { title: caller, lines: [caller], button: caller });
    expect(shown).not.toContain('<script>');
    expect(
      shown.match(/&lt;script&gt;alert\(1\)&lt;\/script&gt; &amp; &quot;friends&quot; &#39;quoted&#39;/g),
    ).toHaveLength(4);
  });
});
