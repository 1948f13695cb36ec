import type { HttpResponseInit } from '@azure/functions';
import { parseOrExplain } from '../errors/parseOrExplain';
import { startCall } from '../invitations/commands/startCall';
import { startBodySchema, type StartRequest } from '../invitations/commands/startCommand';
import type { CommandPorts } from '../invitations/commands/runCommand';
import type { InvitationHead } from '../invitations/invitationHead';
import { inCommandSpan, startSpan } from '../telemetry/inCommandSpan';
import { callBackAddress, callerText, phoneOwnerText } from '../webhooks/formats/callTexts';
import { toConfirmPage } from './confirmPage';

/** The page behind *Call back* on the card of a missed call: it asks, and says whose phone rings first. Pure. */
export function askToCallBack(head: InvitationHead | undefined): HttpResponseInit {
  if (head === undefined || callBackAddress(head.data) === undefined) return nobodyToCall();
  return toConfirmPage(200, {
    title: 'Call back?',
    lines: [
      `Missed call from ${callerText(head.data)}`,
      `${phoneOwnerText(head.data)}’s phone rings first; once that is picked up, the other side is called.`,
    ],
    button: 'Call back',
  });
}

/**
 * Starts the call. @param key of the link: the same person’s same link starts one call. Errors: those of startCall.
 */
export async function callBack(
  head: InvitationHead | undefined,
  { key, ...who }: { readonly key: string } & Pick<StartRequest, 'caller' | 'authentication'>,
  ports: CommandPorts,
  signal: AbortSignal,
): Promise<HttpResponseInit> {
  const to = head === undefined ? undefined : callBackAddress(head.data);
  if (head === undefined || to === undefined) return nobodyToCall();
  const command = parseOrExplain({ account: head.account, to }, startBodySchema);
  const asked: StartRequest = { ...who, command, idempotencyKey: key };
  const { replayed } = await inCommandSpan(startSpan(asked), { kind: 'server', traceParent: undefined }, () =>
    startCall(asked, ports, signal),
  );
  return replayed
    ? toConfirmPage(409, { title: 'This was done already', lines: ['The link can be used once.'] })
    : toConfirmPage(200, { title: 'Calling', lines: [`${phoneOwnerText(head.data)}’s phone rings now: pick it up.`] });
}

function nobodyToCall(): HttpResponseInit {
  return toConfirmPage(410, { title: 'Nobody can be called back', lines: ['This call is not on record any more.'] });
}
