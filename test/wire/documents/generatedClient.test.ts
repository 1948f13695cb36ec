import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import ts from 'typescript';

const project = join(__dirname, '../../..');

/** What a user writes against the generated types: what may be left out may, and a wrong value is seen. */
const client = `
import type { components, paths } from './api';

type Body<Path extends keyof paths> = paths[Path] extends {
  post: { requestBody?: { content: { 'application/json': infer Json } } };
} ? Json : never;

export const query: NonNullable<paths['/invitations']['get']['parameters']['query']>[] = [
  {},
  { caller: 'Alice', outcome: 'missed', since: '2026-11-30T08:00:00Z', limit: 10 },
];
export const decline: Body<'/invitations/{id}/decline'> = {};
export const subscription: Body<'/webhook-subscriptions'> = { url: 'https://receiver.example/hooks' };
export const test: Body<'/webhook-subscriptions/{id}/test'> = { event: 'ringing' };
export const account: components['schemas']['AccountRequest'] = { username: 'a', password: 'b' };
// @ts-expect-error there is no such outcome
export const wrong: typeof query = [{ outcome: 'lost' }];
export function callerOf({ invitation }: components['schemas']['Invitation']): string | undefined {
  return invitation.from?.name;
}
`;

it('a TypeScript client that is generated from the OpenAPI document compiles, and leaves out what may be left out', () => {
  // An ES module, which jest cannot load.
  const generator = join(project, 'node_modules/openapi-typescript/bin/cli.js');
  const api = execFileSync(process.execPath, [generator, 'docs/openapi.json'], { cwd: project, encoding: 'utf8' });
  const files = new Map([
    ['/client/api.ts', api],
    ['/client/client.ts', client],
  ]);
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
  };
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram(['/client/client.ts'], options, {
    ...host,
    fileExists: (name) => files.has(name) || host.fileExists(name),
    directoryExists: (name) => name === '/client' || ts.sys.directoryExists(name),
    readFile: (name) => files.get(name) ?? host.readFile(name),
    getSourceFile(name, target, ...rest) {
      const text = files.get(name);
      return text === undefined ? host.getSourceFile(name, target, ...rest) : ts.createSourceFile(name, text, target);
    },
  });
  expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)).toEqual([]);
});
