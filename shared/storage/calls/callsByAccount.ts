import { accountKey } from '../../invitations/invitationId';
import { isInvitationEvent } from '../../invitations/isInvitationEvent';
import type { CallRecord } from '../../invitations/record/callRecords';
import { toTableKey } from '../../invitations/record/eventKey';
import { toListItemTexts } from './listItem';
import { newestFirst } from './newestFirst';
import type { WrittenRow } from './rows';

/** Table `callsByAccount`: a row for each call, partition = the account, row = time of its first event, inverted, and invitation. */
export function toAccountRow(record: CallRecord & { readonly startedAtMs: number }): WrittenRow {
  const { event, startedAtMs } = record;
  return {
    partitionKey: accountKey(event.account),
    rowKey: toAccountRowKey(event.subject, startedAtMs),
    ...(isInvitationEvent(event) && { happened: event.data.event }),
    ...toListItemTexts(record),
  };
}

export function toAccountRowKey(invitationId: string, startedAtMs: number): string {
  return `${newestFirst(startedAtMs)}.${toTableKey(invitationId)}`;
}

export const ACCOUNT_ROW_KEY = /^\d{13}\.[\w-]{1,200}$/;
