import type { HostRule } from '../../ucwa/signIn/hosts';
import { discoveryRoots } from '../../ucwa/signIn/discovery';
import type { Finding } from '../report';
import type { CheckedAccount } from '../checkedAccount';
import { DiagnosticError } from '../diagnosticError';

/** Addresses of a host name; rejects, with Node's code, where it has none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** The discovery roots that the relay would try, in its order, and of those the ones whose name is known here. */
export async function resolveNames(
  { account }: CheckedAccount,
  hosts: HostRule,
  resolve: Resolve,
): Promise<Finding<readonly URL[]>> {
  const roots = discoveryRoots(account.sipUri, account.discoveryUrl, hosts).map((root) => new URL(root));
  const answers = await Promise.all(
    roots.map(async (root) => {
      const host = root.hostname.replace(/^\[|\]$/g, '');
      const addresses = await resolve(host).catch((): readonly string[] => []);
      const says =
        addresses.length === 0
          ? `${host} is not known`
          : addresses.includes(host)
            ? `${host} is an address itself`
            : `${host} is ${addresses.join(', ')}`;
      return { root, isKnown: addresses.length > 0, says };
    }),
  );
  const fact = answers.map(({ says }) => says).join('; ');
  const known = answers.filter(({ isKnown }) => isKnown).map(({ root }) => root);
  if (known.length === 0)
    throw new DiagnosticError(
      fact,
      'Have one of these names resolved by the DNS server that this machine asks, or set UCWA_DISCOVERY_URL to a ' +
        'discovery root whose name is.',
    );
  return { fact, value: known };
}
