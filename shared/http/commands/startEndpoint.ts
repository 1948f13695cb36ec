import { startCall } from '../../invitations/commands/startCall';
import { startBodySchema, type StartRequest } from '../../invitations/commands/startCommand';
import { inCommandSpan, startSpan } from '../../telemetry/inCommandSpan';
import type { CommandEndpointPorts } from './commandEndpoint';
import type { Endpoint } from '../endpoint';
import { parseIdempotencyKey } from '../idempotencyKey';
import { readJson } from '../readJson';
import { sentAnswer } from './sentAnswer';

/**
 * `POST /invitations`: starts a call of an account's user. Answers 202 with the invitation's id; `Prefer: wait=N` waits for how it
 * went on. Errors: those of startCall.
 */
export const startEndpoint: Endpoint<CommandEndpointPorts> = async (request, ports, caller, signal) => {
  const command = await readJson(request, startBodySchema);
  const idempotencyKey = parseIdempotencyKey(request.headers.get('idempotency-key'));
  const asked: StartRequest = {
    command,
    caller: caller.name,
    authentication: caller.authentication,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
  const entryPoint = { kind: 'server', traceParent: request.headers.get('traceparent') } as const;
  const sent = await inCommandSpan(startSpan(asked), entryPoint, () => startCall(asked, ports.commands, signal));
  return sentAnswer(sent, request.headers.get('prefer'), ports);
};
