import type { z } from 'zod';
import { RelayError } from '../errors/relayError';
import { acceptBodySchema, cancelBodySchema, declineBodySchema, type Command } from '../invitations/command';
import { runCommand, type CommandPorts } from '../invitations/runCommand';
import { json, type Endpoint, type EndpointPorts } from './endpoint';
import { readJson } from './readJson';

export interface CommandEndpointPorts extends EndpointPorts {
  readonly commands: CommandPorts;
}

/** `POST /invitations/{id}/accept` */
export const acceptEndpoint = commandEndpoint(acceptBodySchema, (body) => ({ command: 'accept', ...body }));
/** `POST /invitations/{id}/decline` */
export const declineEndpoint = commandEndpoint(declineBodySchema, (body) => ({ command: 'decline', ...body }));
/** `POST /invitations/{id}/cancel` */
export const cancelEndpoint = commandEndpoint(cancelBodySchema, () => ({ command: 'cancel' }));

/** Answers 202: Skype for Business has the command, the outcome comes with the `completed` event. Errors: those of runCommand. */
function commandEndpoint<Schema extends z.ZodType>(schema: Schema, toCommand: (body: z.output<Schema>) => Command): Endpoint<CommandEndpointPorts> {
  return async (request, ports, caller, signal) => {
    const command = toCommand(await readJson(request, schema));
    const idempotencyKey = parseIdempotencyKey(request.headers.get('idempotency-key'));
    const sent = await runCommand(
      {
        invitationId: request.params.id ?? '',
        command,
        caller: caller.name,
        authentication: caller.authentication,
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      },
      ports.commands,
      signal,
    );
    return json(202, { invitationId: sent.invitationId, command: sent.command, result: sent.result }, sent.replayed ? { 'idempotency-replayed': 'true' } : {});
  };
}

/** A structured-field string (RFC 8941 §3.3.3): `"…"`; a bare value is taken too, as most clients send it. */
function parseIdempotencyKey(header: string | null): string | undefined {
  if (header === null) return undefined;
  const key = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header)?.[1] ?? header;
  if (key.length === 0 || key.length > 255 || !/^[\x20-\x7e]+$/.test(key)) {
    throw new RelayError('requestInvalid', 'Idempotency-Key must be a string of 1 to 255 printable characters.', {
      extensions: { errors: [{ field: 'Idempotency-Key', message: 'must have 1 to 255 printable characters' }] },
    });
  }
  return key;
}
