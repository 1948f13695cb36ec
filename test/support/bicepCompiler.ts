import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { azureFolder } from './bicep';

/** What a command of the compiler has written. */
export interface CompilerOutput {
  /** Each warning and error, one a line. */
  readonly diagnostics: readonly string[];
  readonly output: string;
}

/** Runs a command of the compiler, as `bicep <arguments>`, in a folder. */
export type BicepCompiler = (argumentsOfCommand: readonly string[], folder?: string) => CompilerOutput;

/**
 * Microsoft's Bicep compiler in the version that infra/azure/compiler.csproj names, where infra/azure/restore-compiler.sh
 * has put it; undefined where it is not there, which is said in one line.
 */
export function findBicepCompiler(): BicepCompiler | undefined {
  const project = readFileSync(join(azureFolder, 'compiler.csproj'), 'utf8');
  const [, name = '', version = ''] = /Include="([^"]+)" Version="\[([^\]]+)\]"/.exec(project) ?? [];
  const packages = process.env['NUGET_PACKAGES'] ?? join(homedir(), '.nuget/packages');
  const bicep = join(packages, name.toLowerCase(), version, 'tools/bicep');
  if (!existsSync(bicep)) {
    process.stderr.write('The Bicep files are not compiled: run infra/azure/restore-compiler.sh where .NET is.\n');
    return undefined;
  }
  return (argumentsOfCommand, cwd = azureFolder) => {
    const { stdout, stderr, error } = spawnSync(bicep, argumentsOfCommand, {
      cwd,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    if (error !== undefined) throw error;
    return { output: stdout, diagnostics: stderr.split('\n').filter((line) => line.trim() !== '') };
  };
}

/** Runs `action` with a copy of infra/azure, which is removed afterwards. */
export function withCopyOfBicepFiles<Result>(action: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'bicep-'));
  try {
    cpSync(azureFolder, folder, { recursive: true });
    return action(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
