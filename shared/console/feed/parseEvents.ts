/** One server-sent event; fields that it does not have are absent. */
export interface StreamEvent {
  readonly name: string;
  readonly id?: string;
  readonly data: string;
}

export interface ParsedStream {
  readonly events: readonly StreamEvent[];
  /** The last `retry`, in milliseconds. */
  readonly retryMs?: number;
}

/**
 * The events of a finished answer (HTML Standard, "Server-sent events", Interpreting an event stream). An event that is cut short
 * is left out. Pure.
 */
export function parseEvents(text: string): ParsedStream {
  const events: StreamEvent[] = [];
  let retryMs: number | undefined;
  const blocks = text.replace(/^\uFEFF/, '').split(/\r\n\r\n|\n\n|\r\r/);
  for (const block of blocks.slice(0, -1)) {
    const fields = block.split(/\r\n|\n|\r/).map(toField);
    const valuesOf = (name: string): string[] => fields.filter(([field]) => field === name).map(([, value]) => value);
    const retry = valuesOf('retry').findLast((value) => /^\d+$/.test(value));
    if (retry !== undefined) retryMs = Number(retry);
    const data = valuesOf('data');
    const id = valuesOf('id').at(-1);
    if (data.length > 0)
      events.push({
        name: valuesOf('event').at(-1) ?? 'message',
        data: data.join('\n'),
        ...(id === undefined ? {} : { id }),
      });
  }
  return { events, ...(retryMs === undefined ? {} : { retryMs }) };
}

function toField(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':');
  if (colon === -1) return [line, ''];
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
}
