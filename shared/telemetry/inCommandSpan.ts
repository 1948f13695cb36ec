import { toRelayError } from '../errors/relayError';
import { countCommand } from './metrics';
import { fromTraceParent, setAttributes, withSpan, type SpanOptions } from './trace';

/** How a command came in. */
export interface CommandEntryPoint {
  readonly kind: SpanOptions['kind'];
  /** `traceparent` as the caller sent it: that of the event which the command answers, or of a program of theirs. */
  readonly traceParent: string | null | undefined;
}

/** What is told of a command. */
export interface SpannedCommand {
  readonly command: { readonly command: string };
  readonly invitationId?: string;
  readonly authentication: string;
}

/** A start, which is of no invitation yet. */
export function startSpan({ authentication }: { readonly authentication: string }): SpannedCommand {
  return { command: { command: 'start' }, authentication };
}

/** Carries a command out as a part of its caller's trace, and counts it by its result. Settles as `run` does. */
export function inCommandSpan<T>(
  { command: { command }, invitationId, authentication }: SpannedCommand,
  { kind, traceParent }: CommandEntryPoint,
  run: () => Promise<T>,
): Promise<T> {
  const attributes = () => ({
    'relay.command': command,
    ...(invitationId !== undefined && { 'relay.invitation': invitationId }),
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
