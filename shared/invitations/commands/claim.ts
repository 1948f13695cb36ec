import type { Command, CommandName } from './command';

/** How long an unknown outcome holds a claim: a ring's length. */
export const UNKNOWN_OUTCOME_MS = 30_000;
/** After this a claim that was never posted lapses: its holder died between the two. */
export const NEVER_POSTED_MS = 5_000;

/**
 * What a claim is to: accept and decline exclude each other; cancel ends what the account itself started; a provisional
 * answer leaves the final one open.
 */
export type ClaimSubject = 'answer' | 'provisional' | 'cancel';

export function claimSubject(command: Command): ClaimSubject {
  if (command.command === 'cancel') return 'cancel';
  return command.command === 'accept' && command.with === 'answer' && command.provisional === true
    ? 'provisional'
    : 'answer';
}

/** One row: who may act on an invitation, and what came of it. */
export interface Claim {
  readonly caller: string;
  readonly command: CommandName;
  /** Hash of the command with everything in it: the same caller's same command has the same. */
  readonly fingerprint: string;
  readonly idempotencyKey?: string;
  /** Of an SDP answer: the session context that it names. */
  readonly sessionContext?: string;
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
