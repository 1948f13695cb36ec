import { parseEvents } from '../../../shared/console/feed/parseEvents';

describe('parseEvents', () => {
  it('reads name, id and data of each event, and the last retry', () => {
    const text = 'event: hello\nid: p.1.2\ndata: {}\n\n: a comment\n\nretry: 5000\ndata: one\ndata: two\n\n';
    expect(parseEvents(text)).toEqual({
      events: [
        { name: 'hello', id: 'p.1.2', data: '{}' },
        { name: 'message', data: 'one\ntwo' },
      ],
      retryMs: 5000,
    });
  });

  it.each([
    ['an event that is cut short', 'data: whole\n\ndata: cut', ['whole']],
    ['line ends of any kind', 'data: one\r\n\r\ndata: two\r\rdata: three\n\n', ['one', 'two', 'three']],
    ['a field without a space, and one without a value', 'data:one\ndata\n\n', ['one\n']],
    ['nothing', '', []],
  ])('takes %s', (_what, text, data) => {
    expect(parseEvents(text).events.map((event) => event.data)).toEqual(data);
  });
});
