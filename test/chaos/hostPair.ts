import type { HostProcess } from '../support/functionsHost';
import type { SeededRandom } from '../support/seededRandom';
import type { ChaosWorld } from './chaosWorld';

/** Two hosts: one has the event channels, the other takes them over when the first one's leases lapse. */
export interface HostPair {
  readonly kills: number;
  /** SIGKILL to one of the two (three times in four to the older, which as a rule has the channels), and another in its place; resolves when that is ready. */
  killOne(): Promise<void>;
  /** Rejects, with its last lines, when a host ends that was not killed. */
  readonly endedByItself: Promise<never>;
}

const LINES_TOLD = 20;

/** Starts both. They end with the world. */
export async function startHostPair(world: ChaosWorld, random: SeededRandom): Promise<HostPair> {
  const killed = new Set<HostProcess>();
  let tell: (error: Error) => void = () => undefined;
  const endedByItself = new Promise<never>((_, reject) => (tell = reject));
  endedByItself.catch(() => undefined);

  const start = async (): Promise<HostProcess> => {
    const host = await world.startHost();
    void host.exited.then(({ code, signal }) => {
      if (!killed.has(host)) tell(new Error(`A host ended by itself (${String(code ?? signal)}):\n${host.lines.slice(-LINES_TOLD).join('\n')}`));
    });
    return host;
  };
  let [older, newer] = [await start(), await start()];
  let kills = 0;
  return {
    get kills() {
      return kills;
    },
    endedByItself,
    async killOne() {
      const [victim, survivor] = random.next() < 0.75 ? [older, newer] : [newer, older];
      killed.add(victim);
      await victim.kill('SIGKILL');
      kills += 1;
      older = survivor;
      newer = await start();
    },
  };
}
