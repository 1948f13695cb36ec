import type { Fault, FaultKind, FaultOf, Scope } from './faultTable';

/** Whom and what a request is about, as far as it is known. */
export interface Occasion {
  readonly account: string | undefined;
  readonly scope?: Scope;
}

/** The faults that are waiting to strike; the oldest that fits strikes first. */
export class FaultBox {
  #armed: Fault[] = [];

  arm(fault: Fault): void {
    this.#armed.push(fault);
  }

  /** Those that have not struck as often as they were to. */
  list(): readonly Fault[] {
    return this.#armed;
  }

  clear(): void {
    this.#armed = [];
  }

  /** Takes one stroke of a fault of that kind that fits the occasion (and `matches`, where it is given). */
  take<Kind extends FaultKind>(
    kind: Kind,
    occasion: Occasion,
    matches: (fault: FaultOf<Kind>) => boolean = () => true,
  ): FaultOf<Kind> | undefined {
    if (this.#armed.length === 0) return undefined;
    const isOfKind = (armed: Fault): armed is Fault & FaultOf<Kind> => armed.kind === kind;
    const fault = this.#armed.filter(isOfKind).find((armed) => fits(armed, occasion) && matches(armed));
    if (fault === undefined) return undefined;
    fault.times--;
    if (fault.times <= 0) this.#armed = this.#armed.filter((armed) => armed !== fault);
    return fault;
  }
}

function fits(fault: Fault, { account, scope }: Occasion): boolean {
  if (fault.account !== undefined && fault.account !== account) return false;
  return !('on' in fault) || fault.on === 'any' || fault.on === scope;
}
