import { randomBytes } from 'node:crypto';
import type { RpcTraceContext } from '../worker/functionsCore';

const TRACE_PARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/;

/**
 * The trace context of one invocation: a new span in the caller's trace where `traceParent` is a valid one, else in a
 * new, unsampled trace (W3C Trace Context, section 3.2).
 */
export function createTraceContext(traceParent?: string, traceState = ''): RpcTraceContext {
  const spanId = randomBytes(8).toString('hex');
  const caller = TRACE_PARENT.exec(traceParent ?? '');
  const [, traceId, flags] = caller ?? [];
  if (traceId === undefined || flags === undefined) {
    return { traceParent: `00-${randomBytes(16).toString('hex')}-${spanId}-00`, traceState: '' };
  }
  return { traceParent: `00-${traceId}-${spanId}-${flags}`, traceState };
}
