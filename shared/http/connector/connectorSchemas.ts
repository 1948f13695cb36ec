import { z } from 'zod';
import { declineBodySchema } from '../../invitations/commands/command';
import { startBodySchema } from '../../invitations/commands/startCommand';
import { flatCallSchema } from '../../webhooks/formats/flatCall';
import { MAX_URL_LENGTH } from '../../webhooks/sender/urlRule';
import { URL_PATTERN } from '../../webhooks/subscriptions/subscriptionRequest';
import { listQuerySchema } from '../invitationEndpoints';
import { refuseReversed } from '../listParameters';

const accountTexts = { title: 'Account', description: 'Whose calls; those of every account unless one is chosen' };

/** Body of a trigger's subscription. `url` is filled in by the flow service. */
export const callTriggerSchema = z.strictObject({
  url: z.string().min(1).meta({
    title: 'Callback URL',
    description: 'Where the flow is started',
    maxLength: MAX_URL_LENGTH,
    pattern: URL_PATTERN,
  }),
  account: z.string().optional().meta(accountTexts),
});

/** What a subscription is answered; how it ends is told by `Location`. */
export const subscribedSchema = z.strictObject({
  id: z.string().meta({ title: 'Subscription ID', description: 'Names the subscription in the log of the relay' }),
});

export const callAccountsSchema = z.strictObject({
  accounts: z
    .array(
      z.strictObject({
        sipUri: z.string().meta({ title: 'Address', description: 'SIP address of the account' }),
        name: z.string().meta({ title: 'Name', description: 'The address as people write it' }),
      }),
    )
    .meta({ title: 'Accounts', description: 'The accounts that the relay listens for' }),
});

const { shape: listQuery } = listQuerySchema;

/** Query of the list of calls: that of the list of invitations, in the words of flows. */
export const callListQuerySchema = z
  .strictObject({
    account: listQuery.account.meta(accountTexts),
    caller: listQuery.caller.meta({
      title: 'Caller',
      description: 'A part of the name, address or number of the caller',
    }),
    state: listQuery.state.meta({
      title: 'Which Calls',
      description: 'active: calls that may still ring; ended: calls that are over; both unless chosen',
    }),
    outcome: listQuery.outcome.meta({ title: 'Outcome', description: 'How the call ended, such as missed' }),
    since: listQuery.since.meta({ title: 'Since', description: 'Calls that began at this time or later, in UTC' }),
    until: listQuery.until.meta({ title: 'Until', description: 'Calls that began before this time, in UTC' }),
    limit: listQuery.limit.meta({ title: 'Limit', description: 'How many calls at most, up to 100' }),
    cursor: listQuery.cursor.meta({
      title: 'Next Page',
      description: 'Next Page of the list before, to go on from there',
    }),
  })
  .superRefine(refuseReversed);

/** A call as it stands now: the latest that is known of it. */
export const callSchema = flatCallSchema.omit({ event: true }).extend({
  account: z.string().meta({ title: 'Account', description: 'SIP address of the account that is called or calls' }),
  startedAt: z.iso.datetime().meta({ title: 'Started At', description: 'When it began to ring, in UTC' }),
  ringing: z.boolean().meta({ title: 'Is Ringing', description: 'Whether it may still ring' }),
});

export const callListSchema = z.strictObject({
  calls: z.array(callSchema).meta({ title: 'Calls', description: 'The calls, of an account the newest first' }),
  cursor: z.string().optional().meta({ title: 'Next Page', description: 'For the next page; empty on the last' }),
});

/** What a maker fills in to call somebody. */
export const callSomebodySchema = z.strictObject({
  account: startBodySchema.shape.account.meta({ title: 'Account', description: 'Who calls: their phone rings first' }),
  to: z.string().meta({
    title: 'Who To Call',
    description: 'A number with country code such as +14255550100, or an address such as alice@contoso.com',
  }),
  subject: startBodySchema.shape.subject.meta({ title: 'Subject', description: 'What the other side is shown' }),
});

/** Of the documented reasons to decline, those that a person chooses between. */
export const rejectSchema = z.strictObject({
  reason: declineBodySchema.shape.reason
    .unwrap()
    .extract(['Global', 'Local'])
    .default('Global')
    .meta({
      title: 'Stop Ringing On',
      description: 'Every phone of the user, or only the relay while the other phones ring on',
      'x-ms-enum-values': [
        { value: 'Global', displayName: 'Every phone' },
        { value: 'Local', displayName: 'Only the relay' },
      ],
    }),
});
