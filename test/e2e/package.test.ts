import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { bundleFunctions, type Bundle } from '../../infra/package/bundleFunctions';
import { packageApp, type PackagedApp } from '../../infra/package/packageApp';
import { startTestRelay, type TestRelay } from '../support/relay';

const PROJECT = join(__dirname, '../..');

interface Manifest {
  readonly main: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}
const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const project = readJson(join(PROJECT, 'package.json')) as Manifest;

let folder: string;
let packaged: PackagedApp;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'relay-package-'));
  packaged = await packageApp(PROJECT, folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('needs no installation: it names the project’s main and no dependency', () => {
    const manifest = readJson(join(folder, 'package.json')) as Manifest;
    expect(Object.keys(manifest).sort()).toEqual(['main', 'name', 'private', 'version']);
    expect(manifest.main).toBe(project.main);
    expect(readFileSync(join(folder, 'host.json'), 'utf8')).toBe(readFileSync(join(PROJECT, 'host.json'), 'utf8'));
    expect(readdirSync(folder).sort()).toEqual(['THIRD-PARTY-NOTICES.txt', 'dist', 'host.json', 'package.json']);
  });

  it('has an entry for each file of functions/, and main matches nothing else', () => {
    const entries = readdirSync(join(folder, 'dist/functions')).filter((file) => file.endsWith('.js'));
    expect(entries.map((file) => basename(file, '.js'))).toEqual(
      readdirSync(join(PROJECT, 'functions')).map((file) => basename(file, '.ts')),
    );
  });

  it('has a source map beside each file', () => {
    for (const directory of ['dist/functions', 'dist/chunks']) {
      for (const file of readdirSync(join(folder, directory)).filter((name) => name.endsWith('.js'))) {
        expect(readFileSync(join(folder, directory, file), 'utf8')).toMatch(
          new RegExp(`//# sourceMappingURL=${file}.map\n$`),
        );
        expect(existsSync(join(folder, directory, `${file}.map`))).toBe(true);
      }
    }
    expect(readJson(join(folder, 'dist/functions/pollEventChannel.js.map'))).toMatchObject({
      sources: ['../../functions/pollEventChannel.ts'],
    });
  });

  it('contains nothing that only development needs, and the notice of everything that it contains', () => {
    const { packages } = readJson(join(PROJECT, 'package-lock.json')) as {
      packages: Readonly<Record<string, { dev?: boolean }>>;
    };
    const onlyDevelopment = Object.keys(project.devDependencies).filter(
      (name) => packages[`node_modules/${name}`]?.dev === true,
    );
    expect(onlyDevelopment).toContain('esbuild');
    expect(packaged.packages.map(({ name }) => name).filter((name) => onlyDevelopment.includes(name))).toEqual([]);
    const notices = readFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const { name, version } of packaged.packages) expect(notices).toContain(`${name} ${version} (`);
    expect(packaged.packages.map(({ name }) => name)).toContain('preact');
  });

  it('holds the console as it is built, of at most 60 KB compressed', () => {
    const files = readdirSync(join(folder, 'dist/console'));
    expect(files).toEqual(readdirSync(join(PROJECT, 'dist/console')));
    const compressed = files.filter((file) => file.endsWith('.br'));
    expect(compressed.map((file) => file.replace(/-[A-Z0-9]{8}/, '')).sort()).toEqual([
      'icon.svg.br',
      'index.html.br',
      'main.css.br',
      'main.js.br',
    ]);
    const bytes = compressed.map((file) => readFileSync(join(folder, 'dist/console', file)).length);
    expect(bytes.reduce((sum, each) => sum + each)).toBeLessThan(60_000);
    expect(readFileSync(join(folder, 'dist/console/index.html'), 'utf8')).not.toMatch(
      /<style|style=|<script(?![^>]* src=)/,
    );
  });
});

describe('the bundle', () => {
  let bundle: Bundle;
  beforeAll(async () => (bundle = await bundleFunctions(PROJECT)));

  it('holds each module once, so that all functions of a process share one app', () => {
    const holders = new Map<string, string[]>();
    for (const [output, { inputs }] of Object.entries(bundle.metafile.outputs)) {
      for (const [input, { bytesInOutput }] of Object.entries(inputs))
        if (bytesInOutput > 0) holders.set(input, [...(holders.get(input) ?? []), output]);
    }
    expect(holders.get('shared/app.ts')).toHaveLength(1);
    expect([...holders].filter(([, outputs]) => outputs.length > 1)).toEqual([]);
  });

  it('is the same for the same sources', async () => {
    expect((await bundleFunctions(PROJECT)).files).toEqual(bundle.files);
  });
});

describe('a ringing call, on the package', () => {
  let relay: TestRelay;
  beforeAll(async () => (relay = await startTestRelay({ appDirectory: folder })));
  afterAll(() => relay.close());

  it('reaches Service Bus as started, updated and completed', async () => {
    relay.ucwa.ring({ subject: 'Invoice 1234', scenario: 'answered', afterSeconds: 0 });
    const { subject: invitationId } = await relay.topic.invitationEvent({ event: 'started', subject: 'Invoice 1234' });
    await relay.topic.invitationEvent({ event: 'updated', invitationId });
    expect((await relay.topic.invitationEvent({ event: 'completed', invitationId })).data).toMatchObject({
      outcome: { result: 'answered' },
    });
  });

  it('is declined by a command, through the one session that the poll uses too', async () => {
    relay.ucwa.ring({ subject: 'to decline' });
    const { subject: invitationId } = await relay.topic.invitationEvent({ event: 'started', subject: 'to decline' });
    const { ledger } = relay.ucwa.simulator;
    const signIns = ledger.tokenRequests.length;
    expect((await relay.command(invitationId, 'decline')).status).toBe(202);
    expect((await relay.topic.invitationEvent({ event: 'completed', invitationId })).data).toMatchObject({
      outcome: { result: 'declined', answered: false },
    });
    expect(ledger.commands.at(-1)).toMatchObject({ action: 'decline', status: 204 });
    expect(ledger.tokenRequests).toHaveLength(signIns);
  });

  it('has a healthy app, and its documents', async () => {
    expect((await relay.http().get('/health')).status).toBe(200);
    expect((await relay.http().get<{ openapi: string }>('/openapi.json')).data.openapi).toMatch(/^3\.1/);
  });
});
