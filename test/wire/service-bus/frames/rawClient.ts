import { createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { types } from 'rhea';
import { decodeAll, described, encode, entriesOf, frame, readFrames, type Frame, type Typed } from './amqpFrame';

/** How the bytes of several frames are cut into packets. */
export type Borders = 'one frame a packet' | 'all frames in one packet' | 'one byte a packet';
export const allBorders: readonly Borders[] = ['one frame a packet', 'all frames in one packet', 'one byte a packet'];

const AMQP_HEADER = Buffer.from('AMQP\x00\x01\x00\x00', 'latin1');
const KEY_NAME = 'RootManageSharedAccessKey';

export interface LinkOptions {
  readonly channel?: number;
  readonly handle: number;
  readonly name?: string;
  /** What is sent to; a string is the target's address. */
  readonly target?: string;
  /** What is received from. */
  readonly source?: string;
  readonly filter?: Typed;
  readonly sndSettleMode?: number;
  readonly rcvSettleMode?: number;
  readonly properties?: Typed;
}

/** A client that sends exactly the frames that it is told, cut as it is told, and keeps the bus's in their order. */
export class RawClient {
  readonly received: Frame[] = [];
  private read = 0;
  private readonly deliveryIds = new Map<number, number>();
  /** Links of requests; tests take handles below. */
  private freeHandle = 100;
  private rest = Buffer.alloc(0);
  private ended = false;
  private changed = (): void => undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly borders: Borders,
  ) {
    socket.on('data', (chunk) => this.take(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.ended = true;
      this.changed();
    });
  }

  /** Connects, opens the connection and one session, and shows a signature for the whole namespace. */
  static async open(port: number, key: string, borders: Borders = 'one frame a packet'): Promise<RawClient> {
    const client = await RawClient.unauthorised(port, borders);
    await client.putToken(signature('sb://localhost', key), 'sb://localhost');
    return client;
  }

  /** Connects, opens the connection and one session. */
  static async unauthorised(port: number, borders: Borders = 'one frame a packet'): Promise<RawClient> {
    const client = new RawClient(connect({ port, host: '127.0.0.1', noDelay: true }), borders);
    client.socket.write(AMQP_HEADER);
    await client.send(openFrame(), beginFrame(0));
    await client.next('begin');
    return client;
  }

  /** Shows a token on links of its own; resolves with the reply's application properties. */
  async putToken(
    token: string,
    audience: string,
    type = 'servicebus.windows.net:sastoken',
  ): Promise<Map<string, Typed>> {
    return this.request({
      address: '$cbs',
      applicationProperties: { operation: 'put-token', name: audience, type },
      body: types.wrap_string(token),
    }).then(({ applicationProperties }) => applicationProperties);
  }

  /** Sends a request to a node on links that are opened for it; resolves with its reply. */
  async request(request: RawRequest): Promise<RawReply> {
    const { address, applicationProperties, body, channel = 0 } = request;
    const handles = [this.freeHandle++, this.freeHandle++] as const;
    const replyTo = request.replyTo ?? `reply-${handles[1]}`;
    await this.send(
      attachFrame({ channel, handle: handles[0], name: `requests-${handles[0]}`, target: address }),
      attachFrame({ channel, handle: handles[1], name: replyTo, source: address }),
      creditFrame({ channel, handle: handles[1], credit: 10 }),
    );
    await this.next('attach');
    await this.next('attach');
    await this.send(
      transferFrame(
        { channel, handle: handles[0], deliveryId: this.nextDeliveryId(channel), settled: true },
        requestMessage(applicationProperties, body, replyTo),
      ),
    );
    const { payload } = await this.next('transfer');
    return readReply(payload);
  }

  /** Writes the frames, cut as this client cuts. */
  async send(...frames: readonly Buffer[]): Promise<void> {
    const bytes = Buffer.concat(frames);
    const packets =
      this.borders === 'all frames in one packet'
        ? [bytes]
        : this.borders === 'one frame a packet'
          ? frames
          : Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
    for (const packet of packets) {
      this.socket.write(packet);
      // The bus, in this process, reads before the next packet is written.
      await new Promise(setImmediate);
    }
  }

  /** The next frame of that kind; those before it are passed over. Rejects when the bus ends the connection first. */
  async next(performative: Frame['performative']): Promise<Frame> {
    for (;;) {
      while (this.read < this.received.length) {
        const candidate = this.received[this.read++];
        if (candidate?.performative === performative) return candidate;
      }
      if (this.ended) throw new Error(`The bus closed the connection before it sent a frame '${performative}'.`);
      await new Promise<void>((resolve) => (this.changed = resolve));
    }
  }

  /** Counted for each session, as transfers must be. */
  nextDeliveryId(channel = 0): number {
    const id = this.deliveryIds.get(channel) ?? 0;
    this.deliveryIds.set(channel, id + 1);
    return id;
  }

  close(): void {
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    if (this.rest.subarray(0, 4).equals(AMQP_HEADER.subarray(0, 4))) this.rest = this.rest.subarray(8);
    const { frames, length } = readFrames(this.rest);
    this.received.push(...frames);
    this.rest = this.rest.subarray(length);
    this.changed();
  }
}

export interface RawRequest {
  readonly address: string;
  readonly applicationProperties: Readonly<Record<string, unknown>>;
  readonly body: Typed;
  readonly channel?: number;
  readonly replyTo?: string;
}

export interface RawReply {
  readonly applicationProperties: Map<string, Typed>;
  readonly body: Typed | undefined;
}

/** A shared access signature that is good for an hour (learn.microsoft.com, "Shared access signatures"). */
export function signature(resource: string, key: string): string {
  const escaped = encodeURIComponent(resource);
  const expiry = Math.floor(Date.now() / 1000) + 3600;
  const sig = createHmac('sha256', key).update(`${escaped}\n${expiry}`).digest('base64');
  return `SharedAccessSignature sr=${escaped}&sig=${encodeURIComponent(sig)}&se=${expiry}&skn=${KEY_NAME}`;
}

const uint = (value: number): Typed => types.wrap_uint(value);
const text = (value: string): Typed => types.wrap_string(value);
const flag = (value: boolean): Typed => types.wrap_boolean(value);

export const openFrame = (): Buffer => frame(0, 'open', [text('raw-client'), text('localhost')]);
export const beginFrame = (channel: number): Buffer =>
  frame(channel, 'begin', [undefined, uint(0), uint(5000), uint(5000)]);

export function attachFrame(options: LinkOptions): Buffer {
  const { channel = 0, handle, name = `link-${handle}`, target, source, filter, properties } = options;
  const receives = source !== undefined;
  return frame(channel, 'attach', [
    text(name),
    uint(handle),
    flag(receives),
    options.sndSettleMode === undefined ? undefined : types.wrap_ubyte(options.sndSettleMode),
    options.rcvSettleMode === undefined ? undefined : types.wrap_ubyte(options.rcvSettleMode),
    described(0x28, [source === undefined ? text(name) : text(source), ...Array<undefined>(6), filter]),
    described(0x29, [text(target ?? name)]),
    undefined,
    undefined,
    receives ? undefined : uint(0),
    undefined,
    undefined,
    undefined,
    properties,
  ]);
}

export const creditFrame = (flow: { channel?: number; handle: number; credit: number; drain?: boolean }): Buffer =>
  frame(flow.channel ?? 0, 'flow', [
    uint(0),
    uint(5000),
    uint(0),
    uint(5000),
    uint(flow.handle),
    uint(0),
    uint(flow.credit),
    undefined,
    flag(flow.drain ?? false),
  ]);

export const transferFrame = (
  options: { channel?: number; handle: number; deliveryId: number; settled?: boolean },
  message: Buffer,
): Buffer =>
  frame(
    options.channel ?? 0,
    'transfer',
    [
      uint(options.handle),
      uint(options.deliveryId),
      types.wrap_binary(Buffer.from([options.deliveryId & 0xff])),
      uint(0),
      flag(options.settled ?? false),
    ],
    message,
  );

export const dispositionFrame = (deliveryId: number, state: Typed, settled: boolean | Typed = false): Buffer =>
  frame(0, 'disposition', [
    flag(true),
    uint(deliveryId),
    uint(deliveryId),
    typeof settled === 'boolean' ? flag(settled) : settled,
    state,
  ]);

export const detachFrame = (handle: number): Buffer => frame(0, 'detach', [uint(handle), flag(true)]);

/** A message of one data section, with the application properties given. */
export function dataMessage(
  body: string,
  applicationProperties?: Typed,
  properties: (Typed | undefined)[] = [],
): Buffer {
  return Buffer.concat([
    encode(described(0x73, [text(body), ...properties])),
    ...(applicationProperties === undefined ? [] : [encode(section(0x74, applicationProperties))]),
    encode(section(0x75, types.wrap_binary(Buffer.from(body)))),
  ]);
}

export const section = (code: number, value: Typed): Typed =>
  types.described_nc(types.wrap_ulong(code) as Typed, value) as Typed;

function requestMessage(properties: Readonly<Record<string, unknown>>, body: Typed, replyTo: string): Buffer {
  return Buffer.concat([
    encode(described(0x73, [text('request-1'), undefined, undefined, undefined, text(replyTo)])),
    encode(section(0x74, types.wrap_map(properties))),
    encode(section(0x77, body)),
  ]);
}

function readReply(payload: Buffer): RawReply {
  const sections = decodeAll(payload);
  const find = (code: number): Typed | undefined => sections.find(({ descriptor }) => descriptor?.value === code);
  return { applicationProperties: entriesOf(find(0x74)), body: find(0x77) };
}
