import { X509Certificate } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';

/** A certificate and its key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** The file that clients are told to trust. */
  readonly path: string;
}

const DAY_MS = 24 * 3600 * 1000;
const VALID_MS = 3 * 365 * DAY_MS;

/** One that ends sooner is made anew. */
const LEAST_LEFT_MS = 30 * DAY_MS;

/**
 * The certificate in this folder (`certificate.pem`, and its key in `certificate-key.pem`, mode 0600), made at the first
 * start: self-signed, for these host names and addresses. It is made anew when it ends within 30 days or lacks a name.
 */
export async function keepCertificate(
  folder: string,
  names: readonly string[],
  nowMs = Date.now(),
): Promise<Certificate> {
  const path = join(folder, 'certificate.pem');
  const keyPath = join(folder, 'certificate-key.pem');
  const kept = await readKept(path, keyPath);
  if (kept !== undefined && isGood(kept.cert, names, nowMs)) return { ...kept, path };
  const made = await makeCertificate(names, nowMs);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(keyPath, made.key, { mode: 0o600 });
  await chmod(keyPath, 0o600);
  await writeFile(path, made.cert);
  return { ...made, path };
}

async function readKept(path: string, keyPath: string): Promise<{ cert: string; key: string } | undefined> {
  try {
    const [cert, key] = await Promise.all([readFile(path, 'utf8'), readFile(keyPath, 'utf8')]);
    return { cert, key };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isGood(pem: string, names: readonly string[], nowMs: number): boolean {
  try {
    const certificate = new X509Certificate(pem);
    const covers = (name: string): boolean =>
      (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
    return Date.parse(certificate.validTo) - nowMs > LEAST_LEFT_MS && names.every(covers);
  } catch {
    return false;
  }
}

/** Loads the library only now, because a certificate is made once in years. */
async function makeCertificate(names: readonly string[], nowMs: number): Promise<{ cert: string; key: string }> {
  const { generate } = await import('selfsigned');
  const made = await generate([{ name: 'commonName', value: names[0] ?? 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(nowMs - DAY_MS),
    notAfterDate: new Date(nowMs + VALID_MS),
    extensions: [
      // Its own authority: trusting this one file is enough, also for OpenSSL and Go.
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
      },
    ],
  });
  return { cert: made.cert, key: made.private };
}
