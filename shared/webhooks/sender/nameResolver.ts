import type { LookupAddress } from 'node:dns';
import { lookup as systemLookup, Resolver } from 'node:dns/promises';
import type { Clock } from '../../clock';
import { settlesBy } from '../../withDeadline';
import { readHostNames } from './hostsFile';

/** c-ares waits so long for each try, and as long again for a second one (Node.js, dns.promises.Resolver). */
const TRY_MS = 2000;
const TRIES = 2;
/** How long a host's IPv6 addresses may be waited for when its IPv4 addresses are there, and the other way round. */
const OTHER_FAMILY_MS = 250;
const FAILURE_MEMORY_MS = 5000;
const MAX_FAILURES = 1000;
/** Node.js has four threads for `dns.lookup` and for files; two hanging names must not take them all (nodejs/node 8436). */
const MAX_SYSTEM_LOOKUPS = 2;

/** Resolves the names of subscribers. */
export interface NameResolver {
  /**
   * Every address of a name, IPv4 first. Of DNS it takes 4 s at most; of the system as long as that takes, and may wait for
   * other names (isWaiting). Rejects with an error that has the `code` of DNS.
   */
  resolve(hostname: string): Promise<readonly LookupAddress[]>;
  /** Whether the lookup of this name has not begun yet because those of other names go on. */
  isWaiting(hostname: string): boolean;
}

export interface NameResolverOptions {
  readonly clock: Clock;
  /** Name servers, as `address` or `address:port`. Default: the system's. */
  readonly servers?: readonly string[];
  /** Default: `dns.lookup`. */
  readonly lookup?: (hostname: string) => Promise<readonly LookupAddress[]>;
  /** Names of the hosts file, in lower case. Default: the system's. */
  readonly hostNames?: () => ReadonlySet<string>;
}

/**
 * Asks DNS without Node's thread pool, so that a name that hangs delays nothing else. `localhost`, names without a dot and
 * names of the hosts file, which DNS does not know, go to `dns.lookup`, two at a time. There is one query for a host at
 * a time, and a failure is remembered for 5 s; an address is never remembered.
 */
export function createNameResolver({
  clock,
  servers,
  lookup = (hostname) => systemLookup(hostname, { all: true, verbatim: true }),
  hostNames = readHostNames,
}: NameResolverOptions): NameResolver {
  const pending = new Map<string, Promise<readonly LookupAddress[]>>();
  const failures = new Map<string, { readonly error: unknown; readonly untilMs: number }>();
  const lookups = createQueue(MAX_SYSTEM_LOOKUPS);

  const start = async (host: string): Promise<readonly LookupAddress[]> => {
    try {
      return isLocalName(host) || hostNames().has(host)
        ? ipv4First(await lookups.run(host, () => lookup(host)))
        : await queryDns(host, clock, servers);
    } catch (error) {
      if (failures.size >= MAX_FAILURES) failures.clear();
      failures.set(host, { error, untilMs: clock.now() + FAILURE_MEMORY_MS });
      throw error;
    } finally {
      pending.delete(host);
    }
  };

  return {
    async resolve(hostname) {
      const host = toKey(hostname);
      const failure = failures.get(host);
      if (failure !== undefined && clock.now() < failure.untilMs) throw failure.error;
      const started = pending.get(host) ?? start(host);
      pending.set(host, started);
      return started;
    },
    isWaiting: (hostname) => lookups.isWaiting(toKey(hostname)),
  };
}

const toKey = (hostname: string): string => hostname.toLowerCase().replace(/\.$/, '');

const isLocalName = (host: string): boolean => !host.includes('.') || host.endsWith('.localhost');

/** A and AAAA together. One that fails or has no address leaves the other; both fail with the error of A. */
async function queryDns(
  host: string,
  clock: Clock,
  servers: readonly string[] | undefined,
): Promise<readonly LookupAddress[]> {
  const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES });
  if (servers !== undefined) resolver.setServers(servers);
  // c-ares doubles its time-out with each try and begins again with each name server.
  const cancelTimer = clock.setTimer(TRY_MS * TRIES, () => resolver.cancel());

  const found: LookupAddress[] = [];
  const take = (family: 4 | 6) => (addresses: readonly string[]) =>
    void found.push(...addresses.map((address) => ({ address, family })));
  const ipv4 = resolver.resolve4(host).then(take(4));
  const ipv6 = resolver.resolve6(host).then(take(6));
  try {
    await Promise.any([ipv4, ipv6]).then(
      () => settlesBy(clock, Promise.allSettled([ipv4, ipv6]), clock.now() + OTHER_FAMILY_MS),
      () => undefined,
    );
    if (found.length === 0) await ipv4;
    return ipv4First(found);
  } finally {
    cancelTimer();
    resolver.cancel();
  }
}

const ipv4First = (addresses: readonly LookupAddress[]): readonly LookupAddress[] =>
  [...addresses].sort((one, other) => one.family - other.family);

/** Runs so many tasks at a time, the others in the order in which they came. */
function createQueue(size: number) {
  let running = 0;
  const waiting: { readonly name: string; readonly start: () => void }[] = [];
  return {
    isWaiting: (name: string): boolean => waiting.some((one) => one.name === name),
    async run<Result>(name: string, task: () => Promise<Result>): Promise<Result> {
      if (running >= size) await new Promise<void>((start) => waiting.push({ name, start }));
      else running += 1;
      try {
        return await task();
      } finally {
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next.start();
      }
    },
  };
}
