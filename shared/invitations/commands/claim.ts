import type { Command, CommandName } from './command';

/** How long an unknown outcome holds a claim: a ring's length. */
const UNKNOWN_OUTCOME_MS = 30_000;
/** After this a claim that was never posted lapses: its holder died between the two. */
export const NEVER_POSTED_MS = 5_000;

/**
 * What a claim is to: accept and decline exclude each other; cancel ends what the account itself started; a provisional
 * answer leaves the final one open; hold and resume exclude each other while one of them is in flight; start is of an
 * operation and not of an invitation.
 */
export type ClaimSubject = 'answer' | 'provisional' | 'cancel' | 'hangup' | 'hold' | 'start';

export function claimSubject(command: Command): ClaimSubject {
  switch (command.command) {
    case 'cancel':
    case 'hangup':
      return command.command;
    case 'hold':
    case 'resume':
      return 'hold';
    case 'decline':
      return 'answer';
    case 'accept':
      return command.with === 'answer' && command.provisional === true ? 'provisional' : 'answer';
  }
}

/** One row: who may act on an invitation, and what came of it. */
export interface Claim {
  readonly caller: string;
  readonly command: CommandName | 'start';
  /** Hash of the command with everything in it: the same caller's same command has the same. */
  readonly fingerprint: string;
  readonly idempotencyKey?: string;
  /** Of an SDP answer: the session context that it names. */
  readonly sessionContext?: string;
  /** Of cancel and hangup: where the invitation or the call stood. */
  readonly invitationState?: string;
  /** Of a start that was sent: the invitation that came of it. */
  readonly invitationId?: string;
  readonly claimedAtMs: number;
  /** claimed: not posted yet · posting: on its way, or its outcome is unknown · sent: UCWA answered 2xx. */
  readonly state: 'claimed' | 'posting' | 'sent';
}

/** The row with the tag that guards its replacement. */
export interface HeldClaim {
  readonly claim: Claim;
  readonly etag: string;
}

export interface ClaimStore {
  /** Inserts once: the tag of the new row, or the row that is there already. */
  insert(
    invitationId: string,
    subject: ClaimSubject,
    claim: Claim,
  ): Promise<{ readonly etag: string } | { readonly held: HeldClaim }>;
  read(invitationId: string, subject: ClaimSubject): Promise<HeldClaim | undefined>;
  /** The new tag; undefined when another came first. */
  replace(invitationId: string, subject: ClaimSubject, claim: Claim, etag: string): Promise<string | undefined>;
  /** Takes the claim back; says nothing when another has it by now. */
  release(invitationId: string, subject: ClaimSubject, etag: string): Promise<void>;
}

/** Whether a claim no longer holds: never posted for 5 s, or its outcome unknown for 30 s. */
export function hasLapsed(claim: Claim, nowMs: number): boolean {
  const ageMs = nowMs - claim.claimedAtMs;
  switch (claim.state) {
    case 'claimed':
      return ageMs >= NEVER_POSTED_MS;
    case 'posting':
      return ageMs >= UNKNOWN_OUTCOME_MS;
    case 'sent':
      return false;
  }
}

/**
 * Whether a claim may be taken over: it has lapsed, or it was of holding a call, which is done as soon as UCWA has it: the
 * other of hold and resume may follow at once, the same one after the time in which a repetition gets the first answer.
 */
export function mayTakeOver(held: Claim, next: Pick<Claim, 'command'>, nowMs: number): boolean {
  if (hasLapsed(held, nowMs)) return true;
  const isHold = held.command === 'hold' || held.command === 'resume';
  return (
    isHold && held.state === 'sent' && (held.command !== next.command || nowMs - held.claimedAtMs >= NEVER_POSTED_MS)
  );
}
