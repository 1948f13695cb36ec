import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { refuseAddress, type AddressRefusal } from './addressRule';

/** Resolves a name to every address it has; rejects as `dns.lookup` does. */
export type ResolveAll = (hostname: string) => Promise<readonly LookupAddress[]>;

/** The connection was not made: the name leads to an address that is not allowed. */
export class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError';

  constructor(
    readonly rule: AddressRefusal,
    readonly address: string,
  ) {
    super(`${address} is not allowed: ${rule}`);
  }
}

/** The machine's own resolver. */
export const resolveAll: ResolveAll = (hostname) =>
  new Promise((resolve, reject) => {
    systemLookup(hostname, { all: true, verbatim: true }, (error, addresses) =>
      error === null ? resolve(addresses) : reject(error),
    );
  });

/**
 * A `lookup` for sockets that hands out only addresses which have just been judged, so that a name cannot lead
 * elsewhere between a check and the connection (DNS rebinding). One forbidden address among several refuses the name.
 * Sockets do not call it for literal addresses: those are judged before (checkUrl).
 */
export function createGuardedLookup(allowedCidrs: readonly string[], resolve: ResolveAll = resolveAll): LookupFunction {
  return (hostname, options, callback) => {
    const answer = async (): Promise<readonly [LookupAddress, ...LookupAddress[]]> => {
      const found = await resolve(hostname);
      const family =
        options.family === 4 || options.family === 'IPv4'
          ? 4
          : options.family === 6 || options.family === 'IPv6'
            ? 6
            : 0;
      for (const { address } of found) {
        const rule = refuseAddress(address, allowedCidrs);
        if (rule !== undefined) throw new AddressRefusedError(rule, address);
      }
      const [first, ...others] = found.filter((one) => family === 0 || one.family === family);
      if (first === undefined) throw Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' });
      return [first, ...others];
    };
    answer().then(
      (addresses) =>
        options.all === true
          ? callback(null, [...addresses])
          : callback(null, addresses[0].address, addresses[0].family),
      (error: unknown) => callback(error as NodeJS.ErrnoException, options.all === true ? [] : '', 0),
    );
  };
}
