import { z } from 'zod';
import { toAccount } from '../signIn/account';
import { faultKinds, faultTable, type Fault, type FaultKind } from './faultTable';

/** These strike before a request says whose it is. */
const anonymous: ReadonlySet<FaultKind> = new Set(['discoveryRedirect', 'challengeVariant']);

/** Reads a fault as `POST /sim/faults` takes it; a ZodError says what is wrong, in the table's terms. */
export function parseFault(body: unknown): Fault {
  const { kind } = z.looseObject({ kind: z.enum(faultKinds) }).parse(body);
  const schema = z.strictObject({
    kind: z.literal(kind),
    times: z.int().min(1).default(1),
    account: anonymous.has(kind)
      ? z.undefined('the client has not said yet whose request it is').optional()
      : z.string().min(1).transform(toAccount).optional(),
    ...faultTable[kind].fields,
  });
  return schema.parse(body) as Fault; // The schema is the row's own; TypeScript cannot follow a row that is chosen at run time.
}
