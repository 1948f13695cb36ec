import { createLog } from '../../../shared/telemetry/log';

describe('createLog', () => {
  it('writes one JSON object a line, with the trace that it is part of', () => {
    const lines: string[] = [];
    const trace: { id?: string } = {};
    const log = createLog(
      (level, line) => lines.push(`${level} ${line}`),
      () => trace.id,
    );
    log.info('eventRelayed', { type: 'started', state: undefined });
    trace.id = '0af7651916cd43dd8448eb211c80319c';
    log.warn('publishFailed', { attempt: 1 });
    expect(lines).toEqual([
      'info {"event":"eventRelayed","level":"info","type":"started"}',
      'warn {"event":"publishFailed","level":"warn","attempt":1,"traceId":"0af7651916cd43dd8448eb211c80319c"}',
    ]);
  });
});
