import { useRef, useState } from 'preact/hooks';
import type { CallItem } from '../api/answers';
import type { RingAction } from '../calls/actions';

const ARMED_MS = 4000;

/** Something that is done when it is asked for twice within some seconds. */
export interface Armed {
  /** What the next time counts for. */
  readonly armed: string | undefined;
  /** True the second time. */
  confirm(what: string): boolean;
}

export function useArmed(): Armed {
  const [armed, setArmed] = useState<string | undefined>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const set = (what: string | undefined): void => {
    clearTimeout(timer.current);
    setArmed(what);
    if (what !== undefined) timer.current = setTimeout(() => setArmed(undefined), ARMED_MS);
  };
  return {
    armed,
    confirm: (what) => {
      const isSecond = armed === what;
      set(isSecond ? undefined : what);
      return isSecond;
    },
  };
}

/** A command to a call, as something that is asked for. Pure. */
export function armedName({ invitationId }: CallItem, { command }: RingAction): string {
  return `${command} ${invitationId}`;
}
