import { z } from 'zod';
import { parseOrExplain } from '../../errors/parseOrExplain';
import type { CommandList } from '../../invitations/commands/commandList';
import { compact } from '../../invitations/compact';
import { settledCommandSchema } from '../documents/timelineAnswers';
import { json, type Endpoint, type EndpointPorts } from '../endpoint';
import { pageParameters, refuseReversed, textParameter, toWindowMs, windowParameters } from '../listParameters';
import { queryOf } from '../queryOf';

export interface ListCommandsPorts extends EndpointPorts {
  readonly commandList: CommandList;
}

export const commandListQuerySchema = z
  .strictObject({
    caller: textParameter('Who gave the command, as commands name them: a token’s subject, or key:…'),
    ...windowParameters('Commands given'),
    ...pageParameters,
  })
  .superRefine(refuseReversed);

export const commandPageSchema = z.strictObject({
  commands: z
    .array(
      settledCommandSchema.extend({
        account: z
          .string()
          .optional()
          .describe('SIP URI of the account; absent where the invitation’s id was not ours'),
        invitationId: z.string().optional().describe('Absent where a call was to be started and was not'),
      }),
    )
    .describe('The newest first. While there is a cursor, a page may hold less than its limit, or nothing'),
  cursor: z.string().optional().describe('Of the next page; absent on the last'),
});

/** `GET /commands?caller=&since=&until=&limit=&cursor=`: who gave which command, refused or not. */
export const listCommandsEndpoint: Endpoint<ListCommandsPorts> = async (request, { commandList }) => {
  const { since, until, ...query } = parseOrExplain(queryOf(request.query), commandListQuerySchema, 'The query');
  const { commands, cursor } = await commandList.list({ ...compact(query), ...toWindowMs({ since, until }) });
  return json(200, {
    commands: commands.map(({ id, atMs, ...command }) => ({ id, at: new Date(atMs).toISOString(), ...command })),
    ...compact({ cursor }),
  } satisfies z.infer<typeof commandPageSchema>);
};
