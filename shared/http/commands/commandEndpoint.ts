import type { z } from 'zod';
import type { Clock } from '../../clock';
import {
  acceptBodySchema,
  declineBodySchema,
  emptyBodySchema,
  type Command,
  type CommandRequest,
} from '../../invitations/commands/command';
import type { CallViews } from '../../invitations/record/callViews';
import { runCommand, type CommandPorts } from '../../invitations/commands/runCommand';
import { inCommandSpan } from '../../telemetry/inCommandSpan';
import type { Endpoint, EndpointPorts } from '../endpoint';
import { parseIdempotencyKey } from '../idempotencyKey';
import { readJson } from '../readJson';
import { sentAnswer } from './sentAnswer';

export interface CommandEndpointPorts extends EndpointPorts {
  readonly commands: CommandPorts;
  readonly invitations: Pick<CallViews, 'head'>;
  readonly clock: Clock;
}

/** `POST /invitations/{id}/accept` */
export const acceptEndpoint = commandEndpoint(acceptBodySchema, (body) => ({ command: 'accept', ...body }));
/** `POST /invitations/{id}/decline` */
export const declineEndpoint = commandEndpoint(declineBodySchema, (body) => ({ command: 'decline', ...body }));
/** `POST /invitations/{id}/cancel` */
export const cancelEndpoint = commandEndpoint(emptyBodySchema, () => ({ command: 'cancel' }));
/** `POST /invitations/{id}/hangup` */
export const hangupEndpoint = commandEndpoint(emptyBodySchema, () => ({ command: 'hangup' }));
/** `POST /invitations/{id}/hold` */
export const holdEndpoint = commandEndpoint(emptyBodySchema, () => ({ command: 'hold' }));
/** `POST /invitations/{id}/resume` */
export const resumeEndpoint = commandEndpoint(emptyBodySchema, () => ({ command: 'resume' }));

/**
 * Answers 202: Skype for Business has the command, the outcome comes with the `completed` event. With `Prefer: wait=N` (to
 * 60 seconds) it answers 200 with the outcome if that comes within N. Errors: those of runCommand.
 */
function commandEndpoint<Schema extends z.ZodType>(
  schema: Schema,
  toCommand: (body: z.output<Schema>) => Command,
): Endpoint<CommandEndpointPorts> {
  return async (request, ports, caller, signal) => {
    const command = toCommand(await readJson(request, schema));
    const idempotencyKey = parseIdempotencyKey(request.headers.get('idempotency-key'));
    const asked: CommandRequest = {
      invitationId: request.params.id ?? '',
      command,
      caller: caller.name,
      authentication: caller.authentication,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    };
    const entryPoint = { kind: 'server', traceParent: request.headers.get('traceparent') } as const;
    const sent = await inCommandSpan(asked, entryPoint, () => runCommand(asked, ports.commands, signal));
    return sentAnswer(sent, request.headers.get('prefer'), ports);
  };
}
