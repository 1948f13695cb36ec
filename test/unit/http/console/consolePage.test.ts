import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { HttpRequest } from '@azure/functions';
import { createConsolePage } from '../../../../shared/http/console/consolePage';

const INDEX = '<!doctype html><title>Console</title>';
const SCRIPT = 'console.log("the script of the console")';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'console-'));
  await writeFile(join(folder, 'index.html'), INDEX);
  await writeFile(join(folder, 'main-1a2b.js'), SCRIPT);
  await writeFile(join(folder, 'main-1a2b.js.br'), brotliCompressSync(SCRIPT));
  await writeFile(join(folder, 'main-1a2b.js.gz'), gzipSync(SCRIPT));
  await writeFile(join(folder, 'notes.md'), 'not served');
  await mkdir(join(folder, 'inner'));
  await writeFile(join(folder, 'inner', 'hidden.js'), 'not served');
});
afterAll(() => rm(folder, { recursive: true }));

async function ask(path: string, headers: Record<string, string> = {}, from = folder) {
  const request = new HttpRequest({ method: 'GET', url: `https://relay.example/api${path}`, headers });
  const response = await createConsolePage(from)(request);
  return { ...response, headers: response.headers as Record<string, string>, text: bodyText(response.body) };
}

function bodyText(body: unknown): string | undefined {
  return Buffer.isBuffer(body) ? body.toString() : (body as string | undefined);
}

describe('the page of the console', () => {
  it('is asked for anew each time, and answered with 304 while it is the same', async () => {
    const first = await ask('/console/');
    expect(first).toMatchObject({ status: 200, text: INDEX });
    expect(first.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
    expect(await ask('/console/', { 'if-none-match': `"older", W/${String(first.headers.etag)}` })).toMatchObject({
      status: 304,
      text: undefined,
    });
    expect(await ask('/console/index.html')).toMatchObject({ status: 200, text: INDEX });
  });

  it('is redirected to the folder that its files are relative to', async () => {
    expect(await ask('/console')).toMatchObject({ status: 302, headers: { location: 'console/' } });
  });

  it.each([
    ['br, gzip', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['BR', 'br'],
    ['identity', undefined],
    ['', undefined],
  ])(
    'keeps files that are named after their content for a year, encoded as the browser accepts: %j',
    async (accepted, encoding) => {
      const { status, headers, text } = await ask('/console/main-1a2b.js', { 'accept-encoding': accepted });
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'accept-encoding',
      });
      expect(headers['content-encoding']).toBe(encoding);
      expect(text === SCRIPT).toBe(encoding === undefined);
    },
  );

  it('has a tag of its own for each encoding', async () => {
    const tags = await Promise.all(
      ['br', 'gzip', ''].map(
        async (accepted) => (await ask('/console/main-1a2b.js', { 'accept-encoding': accepted })).headers.etag,
      ),
    );
    expect(new Set(tags).size).toBe(3);
  });

  it.each([
    '/console/nothing.js',
    '/console/notes.md',
    '/console/main-1a2b.js.br',
    '/console/inner/hidden.js',
    '/console/..%2f..%2fhost.json',
    '/console/%2e%2e%2f%2e%2e%2fpackage.json',
    '/console/..%5c..%5cpackage.json',
    '/console//etc/passwd',
    '/console/inner%2fhidden.js',
    '/console/index.html%00.js',
    '/console/constructor',
    '/console/__proto__',
  ])('serves the files of its folder alone: not %s', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 404, text: 'There is no such file.\n' });
  });

  it('says what to do where it was not built, and finds it as soon as it is', async () => {
    const elsewhere = join(folder, 'built-later');
    const page = createConsolePage(elsewhere);
    const get = () => page(new HttpRequest({ method: 'GET', url: 'https://relay.example/api/console/' }));
    expect((await get()).body).toMatch(/npm run build/);
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'index.html'), INDEX);
    expect(bodyText((await get()).body)).toBe(INDEX);
  });

  it('is read again where it could not be read', async () => {
    const broken = join(folder, 'broken');
    await mkdir(join(broken, 'index.html'), { recursive: true });
    const page = createConsolePage(broken);
    const get = () => page(new HttpRequest({ method: 'GET', url: 'https://relay.example/api/console/' }));
    await expect(get()).rejects.toThrow('EISDIR');
    await rm(join(broken, 'index.html'), { recursive: true });
    await writeFile(join(broken, 'index.html'), INDEX);
    expect(bodyText((await get()).body)).toBe(INDEX);
  });

  it.each(['/console', '/console/', '/console/main-1a2b.js', '/console/nothing.js'])(
    'is protected in every answer: %s',
    async (path) => {
      const { headers } = await ask(path);
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
          "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
      );
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin' });
    },
  );
});
