import { types } from 'rhea';
import { amqpArray } from '../../wire/amqpCodec';
import { noContent, ok, sessionsOf } from './replies';
import type { Operation } from './operation';

/** Extends the session's lock by the entity's lock duration; replies when it ends. */
export const renewSessionLock: Operation = (fields, { entity }) => {
  const sessions = sessionsOf(entity);
  const untilMs = sessions.renew(sessions.held(fields.string('session-id'), fields.linkName));
  return ok({ expiration: types.wrap_timestamp(untilMs) });
};

export const getSessionState: Operation = (fields, { entity }) => {
  const { state } = sessionsOf(entity).held(fields.string('session-id'), fields.linkName);
  return ok({ 'session-state': state ?? null });
};

/** No state, or an empty one, clears it. */
export const setSessionState: Operation = (fields, { entity }) => {
  const sessions = sessionsOf(entity);
  const state = fields.optionalBuffer('session-state');
  sessions.setState(
    sessions.held(fields.string('session-id'), fields.linkName),
    state === undefined || state.length === 0 ? undefined : Buffer.from(state),
  );
  return ok();
};

const STRING = 0xb1;

/** The end of year 9999, which stands for "not given": .NET sends its last 10 µs cut to a millisecond. */
const END_OF_TIME_MS = 253_402_300_799_999;

/** Ids of the sessions that hold messages; with a time, of those whose state was set after it. */
export const getMessageSessions: Operation = (fields, { entity }) => {
  const [skip, top] = [fields.integer('skip'), fields.integer('top')];
  const sinceMs = fields.optionalTime('last-updated-time') ?? END_OF_TIME_MS;
  const ids = sessionsOf(entity).list(skip, top, sinceMs >= END_OF_TIME_MS ? undefined : sinceMs);
  return ids.length === 0
    ? noContent()
    : ok({ skip: types.wrap_int(skip + ids.length), 'sessions-ids': amqpArray(ids, STRING) });
};
