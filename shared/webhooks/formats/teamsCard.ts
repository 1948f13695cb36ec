import { compact } from '../../invitations/compact';
import type { InvitationEvent, RelayEvent } from '../../invitations/relayEvent';
import { isInvitationEvent } from '../../messaging/parseEventMessage';
import { canAcceptOnPhone } from './flatCall';

/** What a person can do from a card. */
export type CardCommand = 'decline' | 'acceptWithPhoneAudio';

/** Address of the page that asks before it acts, with its capability; undefined where there is no public address. */
export type ConfirmUrl = (event: InvitationEvent, command: CardCommand) => string | undefined;

/** Wordings for people, who neither decline invitations nor accept with phone audio. */
const commandTitles: Readonly<Record<CardCommand, string>> = {
  decline: 'Reject the call',
  acceptWithPhoneAudio: 'Take it on my phone',
};

/** Keeps the card far below the 28 KB at which Teams drops it (and our own bound of 20 KB). */
const MAX_TEXT_LENGTH = 300;

/** Title and lines of a card for something else than a call, for example a test. */
export interface Notice {
  readonly title: string;
  readonly lines: readonly string[];
}

/**
 * The card for an event, or undefined where a channel is told nothing: it hears of an incoming ring as long as it can
 * still be answered (not `delayed`), and of a missed call. A posted card cannot be edited, so a ring's card says when
 * the ring ends and not that it has. Pure.
 */
export function toTeamsCard(event: RelayEvent, confirmUrl: ConfirmUrl): object | undefined {
  if (!isInvitationEvent(event) || event.data.direction === 'outgoing') return undefined;
  if (event.data.event === 'started') return event.data.delayed === true ? undefined : ringCard(event, confirmUrl);
  if (event.data.event === 'completed' && event.data.outcome?.result === 'missed') {
    return toNoticeCard({ title: `Missed call from ${callerOf(event)}`, lines: factsOf(event) });
  }
  return undefined;
}

/** A card of a title and a few lines. */
export function toNoticeCard({ title, lines }: Notice): object {
  return message([heading(title), ...lines.map(line)], []);
}

function ringCard(event: InvitationEvent, confirmUrl: ConfirmUrl): object {
  const urgent = event.data.importance !== undefined && event.data.importance !== 'normal';
  const body = [
    heading(`${urgent ? `${capitalise(event.data.importance ?? '')} call` : 'Call'} from ${callerOf(event)}`),
    ...factsOf(event).map(line),
    // Teams shows it in the reader's own time zone (Adaptive Cards, "Text features", date and time functions).
    ...(event.expiryTimeMs === undefined
      ? []
      : [
          {
            type: 'TextBlock',
            isSubtle: true,
            wrap: true,
            text: `Rings until {{TIME(${secondsIso(event.expiryTimeMs)})}}. This card does not change when the call ends.`,
          },
        ]),
  ];
  const commands = (['decline', 'acceptWithPhoneAudio'] as const).filter((command) =>
    command === 'decline' ? event.data.actions.includes(command) : canAcceptOnPhone(event.data),
  );
  const actions = commands.flatMap((command) => {
    const url = confirmUrl(event, command);
    return url === undefined ? [] : [{ type: 'Action.OpenUrl', title: commandTitles[command], url }];
  });
  return message(body, actions);
}

function callerOf({ data: { from } }: InvitationEvent): string {
  if (from?.callerType === 'guest') return `${from.name ?? 'somebody'} (guest)`;
  if (from?.callerType === 'withheld' || from?.anonymous === true) return 'a withheld number';
  return from?.name ?? from?.phoneNumber ?? from?.uri?.replace(/^sips?:/i, '') ?? 'an unknown caller';
}

function factsOf({ data }: InvitationEvent): string[] {
  const attributes = compact({
    Subject: data.subject,
    Number: data.from?.name === undefined ? undefined : data.from.phoneNumber,
    For: data.to?.name ?? data.account.replace(/^sips?:/i, ''),
    'On behalf of': data.onBehalfOf?.name ?? data.onBehalfOf?.uri,
    'Forwarded by': data.forwardedBy?.name ?? data.forwardedBy?.uri,
  });
  return Object.entries(attributes).map(([name, value]) => `${name}: ${value}`);
}

/** Runs, not text blocks: what a caller wrote must not be read as Markdown, for it could hold a link. */
function richText(text: string, style: object): object {
  const shown = text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH - 1)}…` : text;
  return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: shown, ...style }] };
}

function heading(text: string): object {
  return richText(text, { size: 'Large', weight: 'Bolder' });
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
    body,
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

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
