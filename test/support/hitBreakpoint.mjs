/**
 * Sets a breakpoint through the inspector protocol and prints, as JSON, where the process stopped. Arguments: the inspector's
 * port, a compiled file, a text of the line to stop at. Writes `ready` once the breakpoint is set. Needs --experimental-websocket
 * on Node 20.
 */
import { readFileSync } from 'node:fs';

const [, , port, file, text] = process.argv;
const lineNumber = readFileSync(file, 'utf8')
  .split('\n')
  .findIndex((line) => line.includes(text));

const [{ webSocketDebuggerUrl }] = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
const socket = new WebSocket(webSocketDebuggerUrl);
const send = (id, method, params = {}) => socket.send(JSON.stringify({ id, method, params }));

const scripts = new Map();
socket.onopen = () => {
  send(1, 'Debugger.enable');
  send(2, 'Debugger.setBreakpointByUrl', { lineNumber, urlRegex: `${file.replace(/[.\\]/g, '\\$&')}$` });
};
socket.onmessage = ({ data }) => {
  const { id, method, params, result } = JSON.parse(data);
  if (method === 'Debugger.scriptParsed') scripts.set(params.scriptId, params);
  if (id === 2) console.log(result?.breakpointId === undefined ? data : 'ready');
  if (method !== 'Debugger.paused') return;
  const [{ functionName, location }] = params.callFrames;
  const { url, sourceMapURL } = scripts.get(location.scriptId);
  console.log(JSON.stringify({ functionName, url, sourceMapURL }));
  send(3, 'Debugger.resume');
  socket.close();
};
