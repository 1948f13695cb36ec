/** A whole response of status 100, which is a head alone. */
const CONTINUE = /^HTTP\/1\.[01] 100(?: [^\r\n]*)?\r\n(?:[^\r\n]+\r\n)*\r\n/;
const LONGEST = 1_024;
const [ONE, ZERO] = Buffer.from('10');

/**
 * What a reader may see of bytes that begin a response: all but each `100 Continue` before it; null where nothing is left.
 * undici takes one that it did not ask for as an attack and ends the connection; old IIS and proxies that add `Expect` of
 * their own send it for every POST, and a client has to pass over it (RFC 9110, §15.2). A server sends it as one piece,
 * alone or right before the response. Pure.
 */
export function withoutContinue(chunk: Buffer): Buffer | null {
  // Most pieces are something else, which three bytes show.
  if (chunk[9] !== ONE || chunk[10] !== ZERO || chunk[11] !== ZERO) return chunk;
  const [head] = CONTINUE.exec(chunk.toString('latin1', 0, LONGEST)) ?? [];
  if (head === undefined) return chunk;
  return chunk.length === head.length ? null : withoutContinue(chunk.subarray(head.length));
}
