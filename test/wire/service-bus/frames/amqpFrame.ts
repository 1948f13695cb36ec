import { types } from 'rhea';

/** An AMQP value with its type, as rhea writes and reads it. */
export interface Typed {
  readonly type: { readonly name: string; readonly typecode: number };
  readonly value: unknown;
  readonly descriptor?: Typed;
}

/** A frame that came in: the performative's fields with their AMQP types, and what follows it. */
export interface Frame {
  readonly channel: number;
  readonly performative: keyof typeof performatives;
  readonly fields: readonly Typed[];
  readonly payload: Buffer;
}

/** Descriptor codes of the performatives (AMQP 1.0 part 2, 2.7). */
export const performatives = {
  open: 0x10,
  begin: 0x11,
  attach: 0x12,
  flow: 0x13,
  transfer: 0x14,
  disposition: 0x15,
  detach: 0x16,
  end: 0x17,
  close: 0x18,
} as const;

interface Codec {
  Reader: new (bytes: Buffer) => { position: number; remaining(): number; read(): Typed };
  Writer: new () => { write(value: Typed): void; toBuffer(): Buffer };
}
const codec = types as unknown as Codec;

export const encode = (value: Typed): Buffer => {
  const writer = new codec.Writer();
  writer.write(value);
  return Buffer.from(writer.toBuffer());
};

export const decode = (bytes: Buffer): Typed => new codec.Reader(bytes).read();

/** All values that stand one after another, such as the sections of a message. */
export function decodeAll(bytes: Buffer): Typed[] {
  const reader = new codec.Reader(bytes);
  const values: Typed[] = [];
  while (reader.remaining() > 0) values.push(reader.read());
  return values;
}

/** A list with its descriptor; fields that are undefined are null, and none is left out. */
export const described = (code: number, fields: readonly (Typed | undefined)[]): Typed =>
  types.described_nc(types.wrap_ulong(code) as Typed, types.wrap_list(fields.map((field) => field ?? null))) as Typed;

/** One frame as it goes over the wire (AMQP 1.0 part 2, 2.3). */
export function frame(
  channel: number,
  performative: keyof typeof performatives,
  fields: readonly (Typed | undefined)[],
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  const body = Buffer.concat([encode(described(performatives[performative], fields)), payload]);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length, 0);
  head.writeUInt8(2, 4);
  head.writeUInt16BE(channel, 6);
  return Buffer.concat([head, body]);
}

/** The frames at the start of `bytes`, and how many bytes they take. An empty frame, a heartbeat, is left out. */
export function readFrames(bytes: Buffer): { readonly frames: Frame[]; readonly length: number } {
  const frames: Frame[] = [];
  let at = 0;
  while (bytes.length - at >= 8 && bytes.length - at >= bytes.readUInt32BE(at)) {
    const size = bytes.readUInt32BE(at);
    const read = readFrame(bytes.subarray(at, at + size));
    if (read !== undefined) frames.push(read);
    at += size;
  }
  return { frames, length: at };
}

function readFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length === 8) return undefined;
  const reader = new codec.Reader(Buffer.from(bytes.subarray(8)));
  const { descriptor, value } = reader.read();
  const code = Number(descriptor?.value);
  const found = Object.entries(performatives).find(([, known]) => known === code);
  if (found === undefined) throw new Error(`The bus sent a frame with the descriptor ${code}.`);
  return {
    channel: bytes.readUInt16BE(6),
    performative: found[0] as keyof typeof performatives,
    fields: value as readonly Typed[],
    payload: Buffer.from(bytes.subarray(8 + reader.position)),
  };
}

/** A map's values by key. */
export function entriesOf(map: Typed | undefined): Map<string, Typed> {
  const items = (map?.value ?? []) as readonly Typed[];
  const entries = new Map<string, Typed>();
  for (let at = 0; at + 1 < items.length; at += 2) {
    const [key, value] = [items[at], items[at + 1]];
    if (key !== undefined && value !== undefined) entries.set(String(key.value), value);
  }
  return entries;
}
