import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  ParentBasedSampler,
  SimpleSpanProcessor,
  type Sampler,
} from '@opentelemetry/sdk-trace-base';
import { RelayError } from '../../../shared/errors/relayError';
import {
  activeTraceId,
  setStatus,
  fromTraceParent,
  setAttributes,
  traceParentOf,
  withinSpan,
  withSpan,
  type SpanAttributes,
} from '../../../shared/telemetry/trace';

const caller = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const parentOf = (flags: string): string => `00-${caller.traceId}-${caller.spanId}-${flags}`;

const exporter = new InMemorySpanExporter();
/** Of traces that begin here. */
let root: Sampler = new AlwaysOnSampler();

/** As in a process: once, and for good. */
function listen(): void {
  const sampler = new ParentBasedSampler({
    root: { shouldSample: (...span) => root.shouldSample(...span), toString: () => 'as the test says' },
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ sampler, spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
}
afterEach(() => exporter.reset());

const neverAsked = (): SpanAttributes => {
  throw new Error('Nobody records these.');
};

describe('while nothing is traced', () => {
  it('is the work and nothing else', async () => {
    expect(
      await withSpan('package', { attributes: neverAsked, parent: fromTraceParent(parentOf('01')) }, () =>
        Promise.resolve(traceParentOf()),
      ),
    ).toBeUndefined();
    await expect(withSpan('package', {}, () => Promise.reject(new Error('as it was')))).rejects.toThrow('as it was');
    expect(() => {
      setAttributes({ a: 1 });
      setStatus('reason');
    }).not.toThrow();
    expect(activeTraceId()).toBeUndefined();
  });
});

describe('a span', () => {
  beforeAll(listen);
  const spans = () =>
    exporter.getFinishedSpans().map(({ name, parentSpanContext, attributes, status }) => ({
      name,
      parent: parentSpanContext?.spanId,
      attributes,
      status,
    }));

  it('goes on with the trace of the caller, and names itself to the next', async () => {
    const traceParent = await withSpan('command', { parent: fromTraceParent(parentOf('01')) }, () =>
      Promise.resolve(traceParentOf()),
    );
    expect(traceParent).toMatch(new RegExp(`^00-${caller.traceId}-(?!${caller.spanId})[0-9a-f]{16}-01$`));
    expect(spans()).toMatchObject([{ name: 'command', parent: caller.spanId }]);
  });

  it('is the parent of what happens within, over every await', async () => {
    const outer = await withSpan('outer', {}, async () => {
      await new Promise(setImmediate);
      await withSpan('inner', {}, () => Promise.resolve());
      return traceParentOf();
    });
    expect(spans()).toMatchObject([
      { name: 'inner', parent: outer?.split('-')[2] },
      { name: 'outer', parent: undefined },
    ]);
  });

  it('has failed with the error’s code, and never with its message', async () => {
    const work = () => Promise.reject(new RelayError('busUnavailable', 'of sip:alice@contoso.com'));
    await expect(withSpan('package', { attributes: () => ({ a: 1 }) }, work)).rejects.toMatchObject({
      code: 'busUnavailable',
    });
    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({
      attributes: { a: 1, 'error.type': 'busUnavailable' },
      status: { code: 2, message: 'busUnavailable' },
      events: [],
    });
  });

  it('may have begun before', async () => {
    await withSpan('package', { startedAtMs: 1_700_000_000_123 }, () => Promise.resolve());
    expect(exporter.getFinishedSpans()[0]?.startTime).toEqual([1_700_000_000, 123_000_000]);
  });

  it('tells the log its trace', async () => {
    expect(
      await withSpan('command', { parent: fromTraceParent(parentOf('01')) }, () => Promise.resolve(activeTraceId())),
    ).toBe(caller.traceId);
  });

  it('is not begun for what happens all the time, unless within another', async () => {
    const poll = () => withinSpan('GET', {}, () => Promise.resolve());
    await poll();
    expect(spans()).toEqual([]);
    await withSpan('package', {}, poll);
    expect(spans().map(({ name }) => name)).toEqual(['GET', 'package']);
  });

  it.each([
    ['none', undefined],
    ['null', null],
    ['no trace', 'no trace'],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${caller.spanId}-01`],
    ['a span id of zeros', `00-${caller.traceId}-${'0'.repeat(16)}-01`],
    ['capitals', parentOf('01').toUpperCase()],
    ['version ff', parentOf('01').replace(/^00/, 'ff')],
    ['more than version 00 has', `${parentOf('01')}-extra`],
  ])('begins a trace of its own with a traceparent that is %s', async (_title, traceParent) => {
    await withSpan('command', { parent: fromTraceParent(traceParent) }, () => Promise.resolve());
    expect(spans()).toMatchObject([{ parent: undefined }]);
  });

  it('understands a later version that has more', async () => {
    await withSpan('command', { parent: fromTraceParent(`${parentOf('01').replace(/^00/, 'cc')}-more`) }, () =>
      Promise.resolve(),
    );
    expect(spans()).toMatchObject([{ parent: caller.spanId }]);
  });

  it('that is not sampled goes on as such, and is recorded nowhere', async () => {
    root = new AlwaysOffSampler();
    expect(await withSpan('package', { attributes: neverAsked }, () => Promise.resolve(traceParentOf()))).toMatch(
      /-00$/,
    );
    expect(
      await withSpan('command', { parent: fromTraceParent(parentOf('00')) }, () => Promise.resolve(traceParentOf())),
    ).toMatch(new RegExp(`^00-${caller.traceId}-.*-00$`));
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});
