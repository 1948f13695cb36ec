import path from 'node:path';
import axios from 'axios';
import { startLocalProcess } from '../../../infra/local/start/localProcess';
import { projectFolder } from '../../../infra/local/start/projectFolder';
import { anyPorts, createStackFolder, runCommand, type CommandRun, type StackFolder } from '../../support/stack';

describe('npm start -- --inspect', () => {
  let folder: StackFolder;
  let stack: CommandRun;
  beforeAll(async () => {
    folder = await createStackFolder();
    stack = runCommand('start', folder.folder, '--no-calls', '--inspect', '--inspect-port', '0', ...anyPorts);
  });
  afterAll(async () => {
    await stack.stop();
    await folder.remove();
  });

  it('opens the inspector of the process that runs the app: a breakpoint in shared/ stops it', async () => {
    const { functionsUrl, functionsKey } = await stack.ready;
    const port = /127\.0\.0\.1:(\d+)/.exec(await stack.line(/Debugger/))?.[1] ?? '';
    const file = path.join(projectFolder, 'dist/shared/http/documents/openApi.js');
    const lines: string[] = [];
    const inspector = startLocalProcess({
      id: 'inspector',
      name: 'The inspector',
      nodeArguments: [
        '--experimental-websocket',
        path.join(projectFolder, 'test/support/hitBreakpoint.mjs'),
        ...[port, file, 'const routes = await'],
      ],
      recogniseReady: (sign) => ('line' in sign && sign.line === 'ready' ? true : undefined),
      onLine: (line) => lines.push(line),
    });
    // The document is made once, so the first request runs what the breakpoint is in.
    await inspector.ready;
    const response = axios.get(`${functionsUrl}/api/openapi.json`, { headers: { 'x-functions-key': functionsKey } });
    expect(await inspector.ended).toBe('exited with code 0');
    expect((await response).status).toBe(200);
    const stop = lines.find((line) => line.startsWith('{'));
    expect(JSON.parse(stop ?? '{}')).toEqual({
      functionName: 'createOpenApi',
      url: `file://${file}`,
      sourceMapURL: 'openApi.js.map',
    });
  });
});
