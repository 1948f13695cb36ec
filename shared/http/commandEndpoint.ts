import type { z } from 'zod';
import type { Clock } from '../clock';
import {
  acceptBodySchema,
  cancelBodySchema,
  declineBodySchema,
  type Command,
  type CommandRequest,
} from '../invitations/commands/command';
import type { CallViews } from '../invitations/record/callViews';
import { runCommand, type CommandPorts } from '../invitations/commands/runCommand';
import { waitForOutcome } from '../invitations/commands/waitForOutcome';
import { inCommandSpan } from '../telemetry/inCommandSpan';
import { json, type Endpoint, type EndpointPorts } from './endpoint';
import { parseIdempotencyKey } from './idempotencyKey';
import { readJson } from './readJson';

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
export const cancelEndpoint = commandEndpoint(cancelBodySchema, () => ({ command: 'cancel' }));

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
    const { replayed, ...body } = sent;
    const headers = replayed ? { 'idempotency-replayed': 'true' } : {};
    const waitSeconds = parseWait(request.headers.get('prefer'));
    if (waitSeconds === undefined) return json(202, body, headers);
    const outcome = await waitForOutcome(sent.invitationId, waitSeconds * 1000, {
      calls: ports.invitations,
      clock: ports.clock,
    });
    const applied = { ...headers, 'preference-applied': `wait=${String(waitSeconds)}` };
    return outcome === undefined ? json(202, body, applied) : json(200, { ...body, outcome }, applied);
  };
}

const MAX_WAIT_SECONDS = 60;

/** The seconds of `Prefer: wait=N` (RFC 7240 §4.3), at most 60; a preference that is not understood is ignored (§2). */
function parseWait(header: string | null): number | undefined {
  const seconds = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:$|[,;])/i.exec(header ?? '')?.[1];
  return seconds === undefined ? undefined : Math.min(Number(seconds), MAX_WAIT_SECONDS);
}
