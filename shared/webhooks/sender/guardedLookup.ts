import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isAllowedCidr, refuseAddress } from './addressRule';
import type { NameResolver } from './nameResolver';

/** More addresses are not tried: each has its share of the deadline (ADDRESS_SHARES). */
const MAX_ADDRESSES_A_FAMILY = 2;
/** Into so many parts the deadline of an attempt is divided, for the addresses of both families. */
export const ADDRESS_SHARES = 2 * MAX_ADDRESSES_A_FAMILY;

/** The connection was not made: the name leads to an address that is not allowed. */
export class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError';

  /** @param rule that of refuseAddress, or `scheme` for http to an address that the operator does not allow */
  constructor(
    readonly rule: string,
    address: string,
  ) {
    super(
      rule === 'scheme'
        ? `${address} is not in WEBHOOK_ALLOWED_CIDRS, to which http is limited`
        : `${address} is not allowed: ${rule}`,
    );
  }
}

interface AddressRules {
  /** `WEBHOOK_ALLOWED_CIDRS`. */
  readonly allowedCidrs: readonly string[];
  /** Over https any address that no rule refuses is allowed, over http only those in `allowedCidrs`. */
  readonly secure: boolean;
}

/** The rule by which the addresses of a name are refused; one forbidden address among several refuses the name. Pure. */
export function refuseAddresses(
  addresses: readonly LookupAddress[],
  { allowedCidrs, secure }: AddressRules,
): AddressRefusedError | undefined {
  for (const { address } of addresses) {
    const rule = refuseAddress(address, allowedCidrs);
    if (rule !== undefined) return new AddressRefusedError(rule, address);
    if (!secure && !isAllowedCidr(address, allowedCidrs)) return new AddressRefusedError('scheme', address);
  }
  return undefined;
}

/**
 * A `lookup` for sockets that returns only addresses which have just been judged, so that a name cannot lead elsewhere
 * between a check and the connection (DNS rebinding). Sockets do not call it for literal addresses: those are judged
 * before (checkUrl). At most two addresses of each family are returned, IPv4 first, as a list: sockets with
 * `autoSelectFamily` ask for `all`.
 */
export function createGuardedLookup(rules: AddressRules, names: Pick<NameResolver, 'resolve'>): LookupFunction {
  return (hostname, _options, callback) => {
    const judged = async (): Promise<LookupAddress[]> => {
      const found = await names.resolve(hostname);
      const refusal = refuseAddresses(found, rules);
      if (refusal !== undefined) throw refusal;
      const ofFamily = (family: number) =>
        found.filter((one) => one.family === family).slice(0, MAX_ADDRESSES_A_FAMILY);
      const addresses = [...ofFamily(4), ...ofFamily(6)];
      if (addresses.length > 0) return addresses;
      throw Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' });
    };
    judged().then(
      (addresses) => callback(null, addresses),
      (error: unknown) => callback(error as NodeJS.ErrnoException, []),
    );
  };
}
