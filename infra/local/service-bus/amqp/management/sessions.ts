import { types } from 'rhea';
import { noContent, ok, sessionsOf } from './replies';
import type { Operation } from './managementNode';

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

/** Ids of the sessions that hold messages or state. */
export const getMessageSessions: Operation = (fields, { entity }) => {
  const [skip, top] = [fields.integer('skip'), fields.integer('top')];
  const ids = sessionsOf(entity).list(skip, top);
  return ids.length === 0 ? noContent() : ok({ skip: types.wrap_int(skip + ids.length), 'sessions-ids': ids });
};
