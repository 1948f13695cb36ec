import { useRef, useState } from 'preact/hooks';

const ARMED_MS = 4000;

/** Something that is done when it is asked for twice within some seconds. */
export interface Armed {
  isArmed(what: string): boolean;
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
    isArmed: (what) => armed === what,
    confirm: (what) => {
      const isSecond = armed === what;
      set(isSecond ? undefined : what);
      return isSecond;
    },
  };
}
