import type { z } from 'zod';
import { accountChangeSchema, accountRequestSchema } from '../../accounts/accountRequest';
import { contextSchema } from '../../invitations/calls/callData';
import { acceptFieldsSchema, declineBodySchema, emptyBodySchema } from '../../invitations/commands/command';
import { startBodySchema } from '../../invitations/commands/startCommand';
import {
  calleeSchema,
  callerSchema,
  invitationDataSchema,
  mediaOfferSchema,
  outcomeSchema,
  personSchema,
} from '../../invitations/invitationData';
import { flatEventSchema } from '../../webhooks/formats/flatEvent';
import { filtersSchema } from '../../webhooks/subscriptions/matchesFilter';
import {
  secretRotationSchema,
  subscriptionChangeSchema,
  subscriptionRequestSchema,
} from '../../webhooks/subscriptions/subscriptionRequest';
import * as accounts from '../accounts/accountAnswers';
import { commandPageSchema } from '../commands/listCommandsEndpoint';
import * as connector from '../connector/connectorSchemas';
import * as answers from './answers';
import * as events from './events';
import type { NamedSchema } from './jsonSchemas';
import { problemSchema } from './problemSchema';
import * as subscriptions from './subscriptionAnswers';
import { timelineSchema } from './timelineAnswers';

const taken = (schema: z.ZodType): NamedSchema => ({ schema, direction: 'taken' });
const given = (schema: z.ZodType): NamedSchema => ({ schema, direction: 'given' });

/** What an event is made of. */
export const eventSchemas = {
  InvitationEvent: given(events.invitationEventSchema),
  InvitationData: given(invitationDataSchema),
  Caller: given(callerSchema),
  Callee: given(calleeSchema),
  Person: given(personSchema),
  MediaOffer: given(mediaOfferSchema),
  Outcome: given(outcomeSchema),
} as const satisfies Record<string, NamedSchema>;

/** The events beside those of invitations. */
export const otherEventSchemas = {
  CallConnectedEvent: given(events.callConnectedEventSchema),
  CallEndedEvent: given(events.callEndedEventSchema),
  CallContextEvent: given(events.callContextEventSchema),
  ChannelGapEvent: given(events.channelGapEventSchema),
  CommandSettledEvent: given(events.commandSettledEventSchema),
  SubscriberReportEvent: given(events.subscriberReportEventSchema),
} as const satisfies Record<string, NamedSchema>;

/** Every schema that the OpenAPI document names. */
export const apiSchemas = {
  Accept: taken(acceptFieldsSchema),
  Decline: taken(declineBodySchema),
  Empty: taken(emptyBodySchema),
  Start: taken(startBodySchema),
  Context: taken(contextSchema),
  AttachedContext: given(answers.attachedContextSchema),
  CommandSent: given(answers.commandSentSchema),
  Invitation: given(answers.invitationViewSchema),
  InvitationWithHistory: given(answers.invitationHistorySchema),
  InvitationPage: given(answers.invitationPageSchema),
  Timeline: given(timelineSchema),
  CommandPage: given(commandPageSchema),
  LiveOffer: given(answers.liveOfferSchema),
  SubscriptionRequest: taken(subscriptionRequestSchema),
  SubscriptionChange: taken(subscriptionChangeSchema),
  SecretRotation: taken(secretRotationSchema),
  RecoverRequest: taken(subscriptions.recoverRequestSchema),
  Filters: taken(filtersSchema),
  Subscription: given(subscriptions.subscriptionViewSchema),
  SubscriptionList: given(subscriptions.subscriptionListSchema),
  CreatedSubscription: given(subscriptions.createdSubscriptionSchema),
  ChangedSubscription: given(subscriptions.changedSubscriptionSchema),
  RotatedSecret: given(subscriptions.rotatedSecretSchema),
  TestRequest: taken(subscriptions.testRequestSchema),
  TestResult: given(subscriptions.testResultSchema),
  Recovered: given(subscriptions.recoveredSchema),
  Delivery: given(subscriptions.deliverySchema),
  DeliveryPage: given(subscriptions.deliveryPageSchema),
  AccountRequest: taken(accountRequestSchema),
  AccountChange: taken(accountChangeSchema),
  AccountSettings: given(accounts.accountSettingsSchema),
  Account: given(accounts.accountSchema),
  AccountPage: given(accounts.accountPageSchema),
  AccountCheck: given(accounts.accountCheckSchema),
  GapPage: given(accounts.gapPageSchema),
  Erased: given(answers.erasedSchema),
  Health: given(answers.healthSchema),
  Liveness: given(answers.livenessSchema),
  Problem: given(problemSchema),
  FlatEvent: given(flatEventSchema),
  CallTrigger: taken(connector.callTriggerSchema),
  Subscribed: given(connector.subscribedSchema),
  CallAccounts: given(connector.callAccountsSchema),
  Call: given(connector.callSchema),
  CallList: given(connector.callListSchema),
  SubscriptionTestEvent: given(events.subscriptionTestEventSchema),
  ...eventSchemas,
  ...otherEventSchemas,
} as const satisfies Record<string, NamedSchema>;

export type SchemaName = keyof typeof apiSchemas;
