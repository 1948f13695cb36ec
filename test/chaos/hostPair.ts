import type { HostProcess } from '../support/functionsHost';
import type { SeededRandom } from '../support/seededRandom';
import type { ChaosWorld } from './chaosWorld';

/** Two hosts: one has the event channels, the other takes them over when the first one's leases lapse. */
export interface HostPair {
  readonly kills: number;
  /**
   * SIGKILL to one of the two (three times in four to the one that has the channels), and another in its place;
   * resolves when that is ready.
   */
  killOne(): Promise<void>;
  /** Rejects, with its last lines, when a host ends that was not killed. */
  readonly endedByItself: Promise<never>;
}

const HOLDERS_SHARE = 0.75;
const LINES_SHOWN = 20;

/** Starts both. They end with the world. */
export async function startHostPair(world: ChaosWorld, random: SeededRandom): Promise<HostPair> {
  const killed = new Set<HostProcess>();
  let report: (error: Error) => void = () => undefined;
  const endedByItself = new Promise<never>((_, reject) => (report = reject));
  endedByItself.catch(() => undefined);
  let kills = 0;
  /** Who has the channels keeps them until it dies. */
  let holder: HostProcess | undefined;

  const start = async (): Promise<HostProcess> => {
    const host = await world.startHost();
    const connected = host.line(/ucwaConnected/).then(() => (holder = host));
    connected.catch(() => undefined); // It was killed before.
    void host.exited.then(({ code, signal }) => {
      if (!killed.has(host))
        report(
          new Error(
            `A host ended by itself (${String(code ?? signal)}):\n${host.lines.slice(-LINES_SHOWN).join('\n')}`,
          ),
        );
    });
    return host;
  };
  let pair = [await start(), await start()] as const;
  return {
    get kills() {
      return kills;
    },
    endedByItself,
    async killOne() {
      const [one, other] = pair;
      const isHolder = random.next() < HOLDERS_SHARE;
      const [victim, survivor] = (holder === one) === isHolder ? [one, other] : [other, one];
      killed.add(victim);
      kills += 1;
      await victim.kill('SIGKILL');
      pair = [survivor, await start()];
    },
  };
}
