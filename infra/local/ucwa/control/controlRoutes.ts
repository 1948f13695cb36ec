import { z } from 'zod';
import { faultTable } from '../faults/faultTable';
import { parseFault } from '../faults/parseFault';
import { json, noContent, type Reply } from '../http/reply';
import { parseJson } from '../http/parseJson';
import type { Route, RoutedExchange } from '../http/route';
import { arrangementSchema, policySchema } from '../calls/arrangements';
import { callPlanSchema } from '../calls/callPlan';
import { readLedger } from './readLedger';
import { SimulatorRefusal, type UcwaSimulator } from '../ucwaSimulator';
import { toAccount } from '../signIn/account';

const body = z.union([z.string(), z.record(z.string(), z.unknown())], 'must be an object or the raw text');
const packageSchema = z.strictObject({
  account: z.string().min(1).optional(),
  body,
  contentType: z.string().optional(),
});
const resourceSchema = z.strictObject({
  path: z.string().startsWith('/'),
  body,
  contentType: z.string().default('application/json'),
});

const ledgerQuerySchema = z.strictObject({
  account: z.string().min(1).transform(toAccount).optional(),
  from: z.coerce.number().int().min(0).default(0),
});

/** A control route: no ticket, no faults, plain sentences when something is wrong. */
const control = (
  method: string,
  path: RegExp,
  carryOut: (simulator: UcwaSimulator, exchange: RoutedExchange) => Reply,
): Route => ({
  method,
  path,
  scope: 'any',
  open: true,
  answer(simulator, exchange) {
    try {
      return carryOut(simulator, exchange);
    } catch (error) {
      if (error instanceof SimulatorRefusal) return json(error.status, { error: error.message });
      if (error instanceof z.ZodError) return json(400, { error: `The request is not valid: ${sentence(error)}.` });
      throw error;
    }
  },
});

/** How a person or a test drives the simulator. */
export const controlRoutes: readonly Route[] = [
  control('POST', /^\/sim\/calls$/, (simulator, exchange) =>
    json(201, simulator.ring(parsed(callPlanSchema, exchange))),
  ),
  control('POST', /^\/sim\/calls\/(?<call>[^/]+)\/hangup$/, (simulator, { params }) => {
    simulator.hangUp(params['call'] ?? '');
    return noContent;
  }),
  control('POST', /^\/sim\/outgoing$/, (simulator, exchange) => {
    simulator.arrangements.arrange(parsed(arrangementSchema, exchange));
    return noContent;
  }),
  control('PUT', /^\/sim\/policy$/, (simulator, exchange) => {
    simulator.arrangements.setPolicy(parsed(policySchema, exchange));
    return noContent;
  }),
  control('GET', /^\/sim\/faults$/, (simulator) =>
    json(200, {
      kinds: Object.entries(faultTable).map(([kind, { fields, says }]) => ({
        kind,
        fields: Object.keys(fields),
        says,
      })),
      armed: simulator.faults.list(),
    }),
  ),
  control('POST', /^\/sim\/faults$/, (simulator, exchange) => {
    simulator.armFault(parseFault(jsonOf(exchange)));
    return noContent;
  }),
  control('DELETE', /^\/sim\/faults$/, (simulator) => {
    simulator.faults.clear();
    return noContent;
  }),
  control('POST', /^\/sim\/packages$/, (simulator, exchange) => {
    const request = parsed(packageSchema, exchange);
    simulator.pushPackage({ ...request, body: request.body });
    return noContent;
  }),
  control('PUT', /^\/sim\/resources$/, (simulator, exchange) => {
    const request = parsed(resourceSchema, exchange);
    const text = typeof request.body === 'string' ? request.body : JSON.stringify(request.body);
    simulator.resources.set(request.path, { contentType: request.contentType, text });
    return noContent;
  }),
  control('GET', /^\/sim\/ledger$/, ({ ledger }, { query }) =>
    json(200, readLedger(ledger, ledgerQuerySchema.parse(Object.fromEntries(query)))),
  ),
];

const parsed = <Schema extends z.ZodType>(schema: Schema, exchange: RoutedExchange): z.infer<Schema> =>
  schema.parse(jsonOf(exchange));

function jsonOf({ body: given }: RoutedExchange): unknown {
  const value = parseJson(given);
  if (value !== undefined) return value;
  throw new z.ZodError([{ code: 'custom', path: [], message: 'the body is not JSON', input: given }]);
}

const sentence = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`)).join('; ');
