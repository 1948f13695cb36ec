import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { startTestRelay, type TestRelay } from '../support/relay';

const tls = (file: string): string => join(__dirname, '../fixtures/tls', file);

/** What Application Insights is sent (its ingestion endpoint, `track`), as far as it matters here. */
const itemSchema = z.looseObject({
  name: z.string(),
  tags: z.record(z.string(), z.unknown()).default({}),
  data: z.object({
    baseType: z.string(),
    baseData: z.looseObject({
      name: z.string().optional(),
      metrics: z.array(z.looseObject({ name: z.string() })).default([]),
    }),
  }),
});
type Item = z.infer<typeof itemSchema>;

/** An ingestion endpoint that takes whatever comes. */
async function startIngestion() {
  const items: Item[] = [];
  const bodies: string[] = [];
  const server = createServer(
    { key: readFileSync(tls('localhost.key')), cert: readFileSync(tls('localhost.pem')) },
    (request, response) => {
      void buffer(request).then((raw) => {
        const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString();
        const received = z.array(itemSchema).parse(JSON.parse(text));
        bodies.push(text);
        items.push(...received);
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ itemsReceived: received.length, itemsAccepted: received.length, errors: [] }));
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { items, bodies, close, url: `https://localhost:${String((server.address() as AddressInfo).port)}` };
}

let ingestion: Awaited<ReturnType<typeof startIngestion>>;
let relay: TestRelay;
beforeAll(async () => {
  ingestion = await startIngestion();
  relay = await startTestRelay({
    settings: {
      APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint=${ingestion.url}`,
      // The SDK's reports about itself go to its makers' own endpoint.
      APPLICATION_INSIGHTS_NO_STATSBEAT: 'true',
      APPLICATIONINSIGHTS_SDKSTATS_DISABLED: 'true',
      NODE_EXTRA_CA_CERTS: tls('authority.pem'),
    },
  });
});
afterAll(async () => {
  await relay.close();
  await ingestion.close();
});

it('Application Insights gets the trace of a call and the metrics, at the latest when the process ends', async () => {
  relay.ucwa.ring({ subject: 'Invoice 1234' });
  const { subject, traceParent } = await relay.topic.invitationEvent({ event: 'started', subject: 'Invoice 1234' });
  expect((await relay.command(subject, 'decline', {}, { traceparent: String(traceParent) })).status).toBe(202);
  await relay.host().close();

  const ofCall = ingestion.items.filter(({ tags }) => tags['ai.operation.id'] === traceParent?.slice(3, 35));
  const named = ofCall.map(({ data, tags }) => [data.baseType, data.baseData.name, tags['ai.cloud.role']]);
  expect(named).toEqual(
    expect.arrayContaining([
      ['RequestData', 'package', 'ucwa-relay'],
      ['RequestData', 'command', 'ucwa-relay'],
      ['RemoteDependencyData', expect.stringMatching(/^POST/), 'ucwa-relay'],
    ]),
  );
  const metrics = ingestion.items.flatMap(({ data }) => data.baseData.metrics.map(({ name }) => name));
  expect(metrics).toEqual(
    expect.arrayContaining(['relay.events', 'relay.ring_to_bus', 'relay.commands', 'relay.poll_age']),
  );
  expect(ingestion.bodies.join().toLowerCase()).not.toMatch(/sip:|contoso|alice|invoice|bearer/);
});
