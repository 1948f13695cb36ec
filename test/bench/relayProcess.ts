/** The relay as it is built, without a Functions host: `app.ts` wires it, and one run of shard 0 polls. */
import path from 'node:path';
import { projectFolder } from '../../infra/local/start/projectFolder';
import type * as App from '../../shared/app';
import { answer, cpu, usage } from './child';

let app: typeof App | undefined;

export const relayMethods = {
  /** Resolves when the run has begun; it goes on until this process ends. */
  async start(settings: Readonly<Record<string, string>>): Promise<void> {
    // Not at the start of the process: ten thousand accounts are more than an environment may hold there.
    Object.assign(process.env, settings);
    app = (await import(path.join(projectFolder, 'dist', 'shared', 'app.js'))) as typeof App;
    void app.getApp().poll(0);
  },
  cpu,
  usage,
};
export type RelayMethods = typeof relayMethods;

answer(relayMethods, () => app?.closeApp() ?? Promise.resolve());
