import { compact } from '../../invitations/compact';
import type { InvitationEvent, RelayEvent } from '../../invitations/events/relayEvent';
import { isInvitationEvent } from '../../invitations/events/parseEventMessage';
import { isTestEvent } from '../subscriptions/sampleEvent';
import { callBackAddress, callerText, importanceText, phoneOwnerText } from './callTexts';
import { canAcceptOnPhone } from './flatCall';
import { toShownText } from './shownText';

/** What a person can do from a card. */
export type CardCommand = 'decline' | 'acceptWithPhoneAudio' | 'callBack';

/** Address of the page that asks before it acts, with its capability; undefined where there is no public address. */
export type ConfirmUrl = (event: InvitationEvent, command: CardCommand) => string | undefined;

/**
 * A command in the words of people, who neither decline invitations nor accept with phone audio; undefined data: of a
 * call that is not known.
 */
export function commandTitle(command: CardCommand, data: InvitationEvent['data'] | undefined): string {
  if (command === 'decline') return 'Reject the call';
  if (command === 'callBack') return 'Call back';
  return data === undefined ? 'Send it to the user’s phone' : `Send it to ${phoneOwnerText(data)}’s phone`;
}

/** Keeps the card far below the 28 KB at which Teams drops it (and our own bound of 20 KB). */
const MAX_TEXT_LENGTH = 300;

/**
 * The card for an event, or undefined where a channel is told nothing: it hears of an incoming ring as long as it can
 * still be answered (not `delayed`), of a missed call, and of a test. A posted card cannot be edited, so a ring's card
 * says when the ring ends and not that it has. Pure.
 */
export function toTeamsCard(event: RelayEvent, confirmUrl: ConfirmUrl): object | undefined {
  if (isTestEvent(event)) return message([heading('Calls will be shown here'), line(event.data.message)], []);
  if (!isInvitationEvent(event) || event.data.direction === 'outgoing') return undefined;
  if (event.data.event === 'started') return event.data.delayed === true ? undefined : ringCard(event, confirmUrl);
  const isMissed = event.data.event === 'completed' && event.data.outcome?.result === 'missed';
  return isMissed ? missedCard(event, confirmUrl) : undefined;
}

function missedCard(event: InvitationEvent, confirmUrl: ConfirmUrl): object {
  const at = secondsIso(event.timeMs);
  const body = [
    heading(`Missed call from ${callerText(event.data)}`),
    ...factsOf(event).map(line),
    small(`{{DATE(${at},SHORT)}} {{TIME(${at})}}`),
  ];
  const isCallable = callBackAddress(event.data) !== undefined;
  return message(body, isCallable ? toActions(event, ['callBack'], confirmUrl) : []);
}

function ringCard(event: InvitationEvent, confirmUrl: ConfirmUrl): object {
  const { data, expiryTimeMs } = event;
  const importance = importanceText(data);
  const body = [
    importance === undefined
      ? heading(`Call from ${callerText(data)}`)
      : heading(`${importance} call from ${callerText(data)}`, { color: 'Attention' }),
    ...factsOf(event).map(line),
    ...(expiryTimeMs === undefined
      ? []
      : [small(`Rings until {{TIME(${secondsIso(expiryTimeMs)})}}. This card does not change when the call ends.`)]),
  ];
  const commands = (['decline', 'acceptWithPhoneAudio'] as const).filter((command) =>
    command === 'decline' ? data.actions.includes(command) : canAcceptOnPhone(data),
  );
  return message(body, toActions(event, commands, confirmUrl));
}

function toActions(event: InvitationEvent, commands: readonly CardCommand[], confirmUrl: ConfirmUrl): object[] {
  return commands.flatMap((command) => {
    const url = confirmUrl(event, command);
    return url === undefined ? [] : [{ type: 'Action.OpenUrl', title: commandTitle(command, event.data), url }];
  });
}

function factsOf({ data }: InvitationEvent): string[] {
  const attributes = compact({
    Subject: data.subject,
    Number: data.from?.name === undefined ? undefined : data.from.phoneNumber,
    Caller: positionOf(data),
    For: data.to?.name ?? data.account.replace(/^sips?:/i, ''),
    'On behalf of': data.onBehalfOf?.name ?? data.onBehalfOf?.uri,
    'Forwarded by': data.forwardedBy?.name ?? data.forwardedBy?.uri,
  });
  return [...Object.entries(attributes), ...contextFactsOf(data)].map(([name, value]) => `${name}: ${value}`);
}

/** Title, department, company and office of the caller on one line. */
function positionOf({ from }: InvitationEvent['data']): string | undefined {
  const { title, department, company, office } = from?.contact ?? {};
  const known = [title, department, company, office].filter((part) => part !== undefined);
  return known.length === 0 ? undefined : known.join(', ');
}

/** A card is read in seconds. */
const MAX_CONTEXT_FACTS = 5;
const MAX_CONTEXT_NAME_LENGTH = 40;

/** The plain values of what is attached to the call, at the top of it. */
function contextFactsOf({ context = {} }: InvitationEvent['data']): [name: string, value: string][] {
  return Object.entries(context)
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
    .slice(0, MAX_CONTEXT_FACTS)
    .map(([name, value]) => [toShownText(name, MAX_CONTEXT_NAME_LENGTH), String(value)]);
}

/** Runs, not text blocks: what a caller wrote must not be read as Markdown, for it could hold a link. */
function richText(text: string, style: object): object {
  const inlines = [{ type: 'TextRun', text: toShownText(text, MAX_TEXT_LENGTH), ...style }];
  return { type: 'RichTextBlock', inlines };
}

/** Of our own words: Teams shows date and time in the reader's time zone (Adaptive Cards, "Text features"). */
function small(text: string): object {
  return { type: 'TextBlock', isSubtle: true, wrap: true, text };
}

function heading(text: string, style: object = {}): object {
  return richText(text, { size: 'Large', weight: 'Bolder', ...style });
}

function line(text: string): object {
  return richText(text, {});
}

/** Body of a post to a Teams workflow ("When a Teams webhook request is received"): without `attachments` the flow fails. */
function message(body: readonly object[], actions: readonly object[]): object {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [{ ...small('ucwa-relay'), size: 'Small' }, ...body],
    ...(actions.length > 0 && { actions }),
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

/** TIME() of Adaptive Cards takes no fraction of a second. */
function secondsIso(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
