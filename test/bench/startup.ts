import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { packageApp } from '../../infra/package/packageApp';
import { projectFolder } from '../../infra/local/start/projectFolder';
import { median, type Bench, type Measurement } from './harness';

/**
 * What a fresh worker does with the app before its first invocation: it loads every entry file, as the Functions worker
 * does, one after another. Node's own start is not counted.
 */
const PROBE = `
  const { readdirSync } = require('node:fs');
  const { join } = require('node:path');
  const started = performance.now();
  const before = process.memoryUsage.rss();
  for (const file of readdirSync(process.argv[1])) if (file.endsWith('.js')) require(join(process.argv[1], file));
  const loadMs = performance.now() - started;
  console.log(JSON.stringify({ loadMs, residentMb: process.memoryUsage.rss() / 1e6, addedMb: (process.memoryUsage.rss() - before) / 1e6 }));
`;

interface Probed {
  readonly loadMs: number;
  readonly residentMb: number;
  readonly addedMb: number;
}

export const startup: Bench = {
  name: 'startup',
  says: 'load time and memory of the app in a fresh process, as compiled and as packaged',
  async run({ quick, progress }) {
    const starts = quick ? 2 : 20;
    const folder = await mkdtemp(path.join(tmpdir(), 'ucwa-relay-bench-'));
    try {
      const { codeBytes } = await packageApp(projectFolder, folder);
      const folders = {
        compiled: path.join(projectFolder, 'dist', 'functions'),
        packaged: path.join(folder, 'dist', 'functions'),
      };
      const probed: Record<keyof typeof folders, Probed[]> = { compiled: [], packaged: [] };
      for (let start = 0; start <= starts; start += 1) {
        for (const kind of ['compiled', 'packaged'] as const) {
          const taken = await probe(folders[kind]);
          if (start > 0) probed[kind].push(taken); // The first fills the disk's cache.
        }
      }
      progress(`${starts} starts of each`);
      const middle = (kind: keyof typeof folders, what: keyof Probed): number =>
        median(probed[kind].map((each) => each[what]));
      const rows = (kind: keyof typeof folders): Measurement[] => [
        { figure: `${kind}: load time`, value: middle(kind, 'loadMs'), unit: 'ms' },
        { figure: `${kind}: resident after loading`, value: middle(kind, 'residentMb'), unit: 'MB' },
        { figure: `${kind}: of it added by loading`, value: middle(kind, 'addedMb'), unit: 'MB' },
      ];
      return [
        ...rows('compiled'),
        ...rows('packaged'),
        { figure: 'packaged: size of the code', value: codeBytes / 1e6, unit: 'MB' },
        {
          figure: 'packaged over compiled, load time',
          value: middle('packaged', 'loadMs') / middle('compiled', 'loadMs'),
          unit: '',
          atMost: 0.6,
        },
      ];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function probe(folder: string): Promise<Probed> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', PROBE, folder]);
  return JSON.parse(stdout) as Probed;
}
