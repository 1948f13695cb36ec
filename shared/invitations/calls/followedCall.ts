import { compact } from '../compact';
import type { InvitationEvent } from '../events/relayEvent';
import type { InvitationData } from '../invitationData';
import type { Kind } from '../kinds';
import { isSameAddress } from '../sipUri';
import type { ConnectedCall, Participant } from './connectedCalls';

/** What is known of a call. */
export interface FollowedCall {
  readonly invitationId: string;
  readonly kind: Kind;
  direction: string | undefined;
  threadId: string | undefined;
  participants: readonly Participant[];
  connected: ConnectedCall | undefined;
  /** The conversation under which it is recorded that it is connected. */
  recordedUnder: string | undefined;
  isOver: boolean;
}

/** The calls of one account by the paths of their conversations. */
export type FollowedCalls = Map<string, FollowedCall>;

/** Conversations that are remembered; the oldest goes first, and is then known only where it is connected. */
const MAX_CONVERSATIONS = 1_000;

/** Remembers which invitation leads into which conversations, and who takes part. Meetings are not followed: the relay joins none. */
export function noteInvitation(calls: FollowedCalls, { subject, data }: InvitationEvent): void {
  const { related, kind } = data;
  if (kind !== 'audioVideo' && kind !== 'phoneAudio') return;
  const paths = [related?.conversation, related?.derivedConversation].filter((path) => path !== undefined);
  const known = paths.map((path) => calls.get(path)).find((call) => call?.invitationId === subject);
  const call = known ?? createFollowedCall({ invitationId: subject, kind });
  call.direction = data.direction ?? call.direction;
  call.threadId = data.threadId ?? call.threadId;
  noteParticipants(call, othersOf(data));
  for (const path of paths) calls.set(path, call);
  for (const path of calls.keys()) {
    if (calls.size <= MAX_CONVERSATIONS) break;
    calls.delete(path);
  }
}

export function createFollowedCall(
  known: Pick<FollowedCall, 'invitationId' | 'kind'> & Partial<FollowedCall>,
): FollowedCall {
  return {
    direction: undefined,
    threadId: undefined,
    participants: [],
    connected: undefined,
    recordedUnder: undefined,
    isOver: false,
    ...known,
  };
}

/** Adds people, each once by address; a name that is known already stays. */
export function noteParticipants(call: FollowedCall, more: readonly Participant[]): void {
  const people = [...call.participants];
  for (const person of more) {
    const { uri } = person;
    if (uri === undefined) continue;
    const at = people.findIndex((other) => other.uri !== undefined && isSameAddress(other.uri, uri));
    if (at === -1) people.push(person);
    else people[at] = { ...person, ...people[at] };
  }
  call.participants = people;
}

/** The other side, as the invitation shows it. */
function othersOf({ direction, from, to, acceptedBy = [] }: InvitationData): readonly Participant[] {
  const people = direction === 'outgoing' ? (acceptedBy.length > 0 ? acceptedBy : [to ?? {}]) : [from ?? {}];
  return people.map(({ uri, name }) => compact({ uri, name }));
}
