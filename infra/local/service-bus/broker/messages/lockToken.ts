import { randomBytes } from 'node:crypto';

// Unique to this process, then counted: as good as random for a name, and free.
const prefix = randomBytes(8);
let count = 0n;

/** A new lock token: 16 bytes in the order of RFC 9562, as `$management` uses them. */
export function createLockToken(): Buffer {
  const token = Buffer.allocUnsafe(16);
  prefix.copy(token);
  token.writeBigUInt64BE((count += 1n), 8);
  return token;
}

/**
 * The same identifier in the byte order of .NET, which is what a delivery tag carries: the SDK turns it back.
 * The conversion is its own inverse.
 */
export function swapGuidBytes(token: Buffer): Buffer {
  const swapped = Buffer.from(token);
  swapped.subarray(0, 4).reverse();
  swapped.subarray(4, 6).reverse();
  swapped.subarray(6, 8).reverse();
  return swapped;
}
