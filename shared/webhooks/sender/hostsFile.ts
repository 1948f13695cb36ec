import { readFileSync } from 'node:fs';

const WINDOWS_HOSTS = 'C:\\Windows\\System32\\drivers\\etc\\hosts';

let names: ReadonlySet<string> | undefined;

/** The names of the system's hosts file, in lower case; read once in a process. None where there is no such file. */
export function readHostNames(): ReadonlySet<string> {
  names ??= parseHostNames(readText(process.platform === 'win32' ? WINDOWS_HOSTS : '/etc/hosts'));
  return names;
}

/** The names in a hosts file: after the address of each line, before any comment (hosts(5)). Pure. */
function parseHostNames(text: string): ReadonlySet<string> {
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/));
  return new Set(lines.flatMap(([, ...hosts]) => hosts.map((host) => host.toLowerCase())));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
