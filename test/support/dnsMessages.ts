export const TYPE_A = 1;
export const TYPE_AAAA = 28;

export interface Question {
  readonly name: string;
  readonly type: number;
  /** Where it ends in the message. */
  readonly end: number;
}

/** The question of a DNS query (RFC 1035 §4.1.2). */
export function readQuestion(message: Buffer): Question {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}

/**
 * The reply to a query: header, the question again, and a record for each address, whose groups are all written out;
 * or a response code.
 */
export function toReply(query: Buffer, end: number, type: number, known: readonly string[] | number): Buffer {
  const addresses = typeof known === 'number' ? [] : known;
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | (typeof known === 'number' ? known : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  return Buffer.concat([header, query.subarray(12, end), ...addresses.map((address) => toRecord(address, type))]);
}

/** Its name points to the question; its time to live is nothing. */
function toRecord(address: string, type: number): Buffer {
  const bytes =
    type === TYPE_AAAA
      ? Buffer.concat(address.split(':').map((part) => Buffer.from(part.padStart(4, '0'), 'hex')))
      : Buffer.from(address.split('.').map(Number));
  const record = Buffer.from('c00c00000001000000000000', 'hex');
  record.writeUInt16BE(type, 2);
  record.writeUInt16BE(bytes.length, 10);
  return Buffer.concat([record, bytes]);
}
