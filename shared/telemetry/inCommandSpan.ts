import { toRelayError } from '../errors/relayError';
import type { CommandRequest } from '../invitations/commands/command';
import { countCommand } from './metrics';
import { fromTraceParent, setAttributes, withSpan, type SpanOptions } from './trace';

/** The door through which a command came. */
export interface CommandEntryPoint {
  readonly kind: SpanOptions['kind'];
  /** `traceparent` as the caller sent it: that of the event which the command answers, or of a program of theirs. */
  readonly traceParent: string | null | undefined;
}

/** Carries a command out as a part of its caller's trace, and counts it by its result. Settles as `run` does. */
export function inCommandSpan<T>(
  { command: { command }, invitationId, authentication }: CommandRequest,
  { kind, traceParent }: CommandEntryPoint,
  run: () => Promise<T>,
): Promise<T> {
  const attributes = () => ({
    'relay.command': command,
    'relay.invitation': invitationId,
    'relay.authentication': authentication,
  });
  return withSpan(
    'command',
    { ...(kind !== undefined && { kind }), parent: fromTraceParent(traceParent), attributes },
    async () => {
      let result = 'sent';
      try {
        return await run();
      } catch (error) {
        result = toRelayError(error).code;
        throw error;
      } finally {
        setAttributes({ 'relay.result': result });
        countCommand(command, result);
      }
    },
  );
}
