import { z } from 'zod';
import { DEFAULT_ACCOUNT, toAccount } from '../signIn/account';
import { callSchema } from './callPlan';

const account = z.string().min(1).transform(toAccount).default(DEFAULT_ACCOUNT);

/** Body of `POST /sim/outgoing`: how the next call goes that a client of the account starts. */
export const arrangementSchema = z.strictObject({
  account,
  ...callSchema.pick({
    ownPhone: true,
    callee: true,
    ringSeconds: true,
    afterSeconds: true,
    talkSeconds: true,
    holdLinked: true,
    stopLinked: true,
    otherLocation: true,
  }).shape,
});
type Arrangement = Omit<z.infer<typeof arrangementSchema>, 'account'>;
/** As a caller writes it. */
export type ArrangementRequest = z.input<typeof arrangementSchema>;

/** Body of `PUT /sim/policy`: what the account's user may do. */
export const policySchema = z.strictObject({ account, startPhoneAudio: z.boolean() });
export type PolicyRequest = z.input<typeof policySchema>;

/** What was arranged for calls that clients will start, and whether they may. */
export class Arrangements {
  readonly #next = new Map<string, Arrangement[]>();
  readonly #withoutPhoneCalls = new Set<string>();

  /** Errors: a ZodError for a malformed request. */
  arrange(request: ArrangementRequest): void {
    const { account: of, ...arrangement } = arrangementSchema.parse(request);
    this.#next.set(of, [...(this.#next.get(of) ?? []), arrangement]);
  }

  /** How the call goes that is started now; the plan's own defaults where nothing was arranged. */
  take(of: string): Partial<Arrangement> {
    return this.#next.get(of)?.shift() ?? {};
  }

  /** Errors: a ZodError for a malformed request. */
  setPolicy(request: PolicyRequest): void {
    const { account: of, startPhoneAudio } = policySchema.parse(request);
    if (startPhoneAudio) this.#withoutPhoneCalls.delete(of);
    else this.#withoutPhoneCalls.add(of);
  }

  /** Whether startPhoneAudio is linked, and a POST there carried out. */
  mayStartPhoneAudio(of: string): boolean {
    return !this.#withoutPhoneCalls.has(of);
  }
}
