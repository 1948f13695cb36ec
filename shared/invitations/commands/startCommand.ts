import { createHash } from 'node:crypto';
import { z } from 'zod';
import { compact } from '../compact';
import { knownImportances } from '../invitationData';
import type { Authentication } from './command';

const PHONE = /^(tel:)?\+?\d[\d().-]*$/i;

/** `sip:…`, `tel:…`, `user@domain` or a number, as a URI. */
const callee = z
  .string()
  .max(256, 'must be at most 256 characters')
  .regex(
    /^(sips?:[^@\s]+@[^@\s]+|(tel:)?\+?\d[\d().-]*(;[^\s]*)?|[^@\s:]+@[^@\s:]+)$/i,
    'must be a sip: or tel: URI, an address user@domain, or a telephone number such as +14255550100',
  )
  .transform((text) =>
    /^(sips?|tel):/i.test(text) ? text : text.includes('@') ? `sip:${text}` : `tel:${text.replace(/[().-]/g, '')}`,
  );

/**
 * Body of `POST /invitations`: a call of the account's user over the telephone network (UCWA 2.0, "startPhoneAudio"). The phone of
 * the account rings first, then that of the callee.
 */
export const startBodySchema = z.strictObject({
  account: z
    .string()
    .regex(/^sips?:/i, 'must be a SIP URI like sip:user@domain')
    .describe('SIP URI of the account that calls'),
  to: callee.describe('Who is called: a sip: or tel: URI, user@domain, or a number such as +14255550100'),
  subject: z.string().max(250, 'must be at most 250 characters').optional().describe('What the callee is shown'),
  importance: z.enum(knownImportances).optional(),
  threadId: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('Of a conversation to go on with; one that is in use can make the call fail'),
  phoneNumber: z
    .string()
    .max(40)
    .regex(PHONE, 'must be a telephone number such as +14255550199')
    .optional()
    .describe('The user’s own telephone, which rings first; the one of the account’s settings unless given'),
});

export type StartCommand = z.infer<typeof startBodySchema>;

export interface StartRequest {
  readonly command: StartCommand;
  readonly caller: string;
  readonly authentication: Authentication;
  /** From the Idempotency-Key header: the same caller’s same key is one call. */
  readonly idempotencyKey?: string;
}

/** A call was started. */
export interface CallStarted {
  readonly result: 'sent';
  readonly invitationId: string;
  readonly command: 'start';
  /** In every event of the invitation. */
  readonly operationId: string;
  /** It had been started before with this key: nothing was sent again. */
  readonly replayed: boolean;
}

/** What operation ids of the relay begin with. */
const PREFIX = 'relay-';

/** The operation of a key: the same for the same caller, account and key, and no other. At most 50 characters (UCWA). Pure. */
export function operationIdOf(caller: string, account: string, key: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([caller, account.toLowerCase(), key]))
    .digest('hex');
  return `${PREFIX}${digest.slice(0, 40)}`;
}

/** Whether the relay made the id. Pure. */
export function isOwnOperation(operationId: string | undefined): operationId is string {
  return operationId?.startsWith(PREFIX) === true;
}

/** What is sent to startPhoneAudio. Pure. */
export function startBody(
  { to, subject, importance, threadId, phoneNumber }: StartCommand,
  operationId: string,
): Readonly<Record<string, string>> {
  return {
    to,
    operationId,
    ...compact({
      subject,
      importance: importance === undefined ? undefined : importance.charAt(0).toUpperCase() + importance.slice(1),
      threadId,
      phoneNumber:
        phoneNumber === undefined ? undefined : `tel:${phoneNumber.replace(/^tel:/i, '').replace(/[().-]/g, '')}`,
    }),
  };
}
