import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { encodings, readConsoleFiles, type ConsoleFile, type Encoding } from './consoleFiles';

/**
 * Nothing is loaded from elsewhere, nothing inline runs, no text becomes markup (Trusted Types), nobody frames the page, and no
 * other site learns its address. The page asks for no camera, microphone or position.
 */
const protection = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const;

const NOT_BUILT = 'The console is not part of this build: run npm run build, or npm run package before a deployment.';

/**
 * `GET /console` and `GET /console/{name}`: the files of the console, the same for everybody and without data. A file whose
 * name holds its hash is kept for a year; `index.html` is asked for anew, and answered with 304 while it is the same.
 * @param folder is read at the first request.
 */
export function createConsolePage(folder: string): (request: HttpRequest) => Promise<HttpResponseInit> {
  let reading: ReturnType<typeof readConsoleFiles> | undefined;
  return async (request) => {
    const { pathname } = new URL(request.url);
    // The files are named relative to the page.
    if (/\/console$/i.test(pathname))
      return { status: 302, headers: { ...protection, location: 'console/', 'cache-control': 'no-store' } };
    reading ??= readConsoleFiles(folder);
    const files = await reading.catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    if (files.size === 0) {
      reading = undefined;
      return sentence(200, NOT_BUILT);
    }
    const file = files.get(pathname.replace(/^.*\/console\//i, '') || 'index.html');
    return file === undefined ? sentence(404, 'There is no such file.') : toFileResponse(file, request.headers);
  };
}

function sentence(status: number, text: string): HttpResponseInit {
  return {
    status,
    headers: { ...protection, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    body: `${text}\n`,
  };
}

function toFileResponse(file: ConsoleFile, requested: Pick<Headers, 'get'>): HttpResponseInit {
  const encoding = encodings.find(
    (name) => file.encoded[name] !== undefined && accepts(requested.get('accept-encoding') ?? '', name),
  );
  // Each encoding is a representation of its own (RFC 9110, section 8.8.3.3).
  const etag = `"${file.hash}${encoding === undefined ? '' : `-${encoding}`}"`;
  const headers = {
    ...protection,
    'content-type': file.contentType,
    'cache-control': file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag,
    vary: 'accept-encoding',
  };
  if (isKnown(requested.get('if-none-match') ?? '', etag)) return { status: 304, headers };
  return {
    status: 200,
    headers: { ...headers, ...(encoding !== undefined && { 'content-encoding': encoding }) },
    body: (encoding === undefined ? undefined : file.encoded[encoding]) ?? file.bytes,
  };
}

/** Whether the encoding is named without `q=0` (RFC 9110, section 12.5.3). */
function accepts(acceptEncoding: string, encoding: Encoding): boolean {
  return acceptEncoding.split(',').some((part) => {
    const [name = '', ...parameters] = part.toLowerCase().split(';');
    return name.trim() === encoding && !parameters.some((parameter) => /^\s*q\s*=\s*0(\.0*)?\s*$/.test(parameter));
  });
}

function isKnown(ifNoneMatch: string, etag: string): boolean {
  return ifNoneMatch.split(',').some((known) => known.trim().replace(/^W\//, '') === etag);
}
