import { createSocket } from 'node:dgram';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readQuestion } from './dnsMessages';

/** A name server that never answers, for a process that has it alone. */
export interface SilentNameServer {
  /** Runs Node.js with this name server and no other; for `child_process.fork`. */
  readonly execPath: string;
  /** The names that it was asked for. */
  readonly names: ReadonlySet<string>;
  close(): Promise<void>;
}

/** Linux, with unshare(1): the process gets a mount namespace of its own, in which /etc/resolv.conf names this server. */
export async function startSilentNameServer(): Promise<SilentNameServer> {
  const names = new Set<string>();
  const server = createSocket('udp4').on('message', (query) => names.add(readQuestion(query).name));
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  const folder = await mkdtemp(join(tmpdir(), 'ucwa-relay-names-'));
  const resolvConf = join(folder, 'resolv.conf');
  // c-ares, which Node.js asks DNS with, takes a port here.
  await writeFile(resolvConf, `nameserver 127.0.0.1:${String(server.address().port)}\n`);
  const unshare = process.getuid?.() === 0 ? 'unshare --mount' : 'unshare --mount --map-root-user';
  const inside = `'mount --bind "$0" /etc/resolv.conf && exec "$@"'`;
  const execPath = join(folder, 'node');
  const script = `#!/bin/sh\nexec ${unshare} sh -c ${inside} '${resolvConf}' '${process.execPath}' "$@"\n`;
  await writeFile(execPath, script, { mode: 0o755 });
  return {
    execPath,
    names,
    async close() {
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}
