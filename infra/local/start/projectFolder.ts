import { existsSync } from 'node:fs';
import path from 'node:path';

/** The folder with this project's package.json, whether this file runs compiled or not. */
export const projectFolder: string = (function find(folder: string): string {
  return existsSync(path.join(folder, 'package.json')) ? folder : find(path.dirname(folder));
})(__dirname);

/** The compiled command line of a part of the local stack, as `npm run build` leaves it. */
export function standInScript(name: 'service-bus' | 'ucwa' | 'functions-host' | 'receiver' | 'start'): string {
  return path.join(projectFolder, 'dist', 'infra', 'local', name, 'main.js');
}

/** The compiled command line of a tool of `infra/cli/`, as `npm run build` leaves it. */
export function toolScript(name: 'ring' | 'health' | 'consume' | 'listen' | 'story'): string {
  return path.join(projectFolder, 'dist', 'infra', 'cli', name, 'main.js');
}
