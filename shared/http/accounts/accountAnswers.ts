import { z } from 'zod';
import { pageParameters, refuseReversed, windowParameters } from '../listParameters';

/** What the routes about accounts take in their queries, and answer. */

/** Every state of an account: those of its session, and what is known without one. */
export const accountStates = [
  'connected',
  'signedOut',
  'signingIn',
  'backingOff',
  'credentialsRejected',
  'cannotSignIn',
  'refused',
  'replaced',
  'noInvitations',
  'notPublishing',
  'notReported',
  'disabled',
] as const;

const time = z.iso.datetime();

export const accountListQuerySchema = z.strictObject({
  state: z
    .enum(accountStates, `must be one of ${accountStates.join(', ')}`)
    .optional()
    .describe('Only accounts in this state'),
  ...pageParameters,
});

export const gapsQuerySchema = z
  .strictObject({ ...windowParameters('Gaps that ended'), ...pageParameters })
  .superRefine(refuseReversed);

export const accountSettingsSchema = z.strictObject({
  sipUri: z.string(),
  source: z.enum(['table', 'setting']).describe('Where it is kept: table `accounts`, or UCWA_ACCOUNTS'),
  alsoInSetting: z.literal(true).optional().describe('UCWA_ACCOUNTS has it too, which does not count'),
  enabled: z.boolean(),
  username: z.string(),
  discoveryUrl: z.string().optional(),
  modalities: z.array(z.string()).describe('What is asked for'),
  signInAs: z.string().optional(),
  reportActivity: z.boolean(),
  ringSeconds: z.number(),
  phoneNumber: z.string().optional(),
  audioPreference: z.string().optional(),
  passwordSetAt: time.optional().describe('When its password was set last; the password itself is never shown'),
});

export const accountSchema = accountSettingsSchema.extend({
  state: z
    .enum(accountStates)
    .describe('As the process that polls it last reported it; notReported: none has; signedOut: it waits for its turn'),
  status: z.enum(['pass', 'warn', 'fail']),
  connectedSince: time.optional(),
  disconnectedSince: time.optional(),
  lastPoll: time.optional().describe('When a poll was last answered'),
  nextTry: time.optional().describe('When it is tried again; of a rejected password, when that is sent again'),
  grantedModalities: z.array(z.string()).optional().describe('What the pool granted'),
  lastError: z.string().optional(),
  whatToDo: z.string().optional(),
});

export const accountPageSchema = z.strictObject({
  accounts: z
    .array(accountSchema)
    .describe(
      'In an order of the relay’s own. While there is a cursor, a page may hold less than its limit, or nothing',
    ),
  cursor: z.string().optional().describe('Of the next page; absent on the last'),
});

export const accountCheckSchema = z.strictObject({
  account: z.string(),
  ok: z.boolean().describe('Whether no step failed'),
  steps: z.array(
    z.strictObject({
      name: z.string(),
      outcome: z.enum(['passed', 'failed', 'skipped']),
      fact: z.string().describe('What was found, in a sentence'),
      whatToDo: z.string().optional().describe('Only where it failed'),
      durationMs: z.number(),
    }),
  ),
});

export const gapPageSchema = z.strictObject({
  gaps: z
    .array(
      z.strictObject({
        id: z.string().describe('Of the event `ucwa.channel.gap`'),
        cause: z.enum(['resume', 'applicationLost', 'outage', 'channelGone']),
        after: time.describe('The last moment at which the channel was known whole'),
        before: time.describe('The moment at which it was whole again'),
      }),
    )
    .describe('The earliest first'),
  cursor: z.string().optional().describe('Of the next page; absent on the last'),
});
