import { FIRST_WITHIN_MS, runWebhookKills, type WebhookKillsOutcome } from './runWebhookKills';
import { withSeconds, type Print, type Scenario } from './scenario';

/** The host that delivers killed at random moments, storage frozen and gone in between. */
export const webhookKills: Scenario<'kills' | 'calls' | 'away' | 'processes'> = {
  says: 'SIGKILL of the host that delivers to 10 webhooks of which 3 fail, storage frozen and gone in between: nobody misses an event.',
  options: {
    kills: { default: 30, least: 3, says: 'how often the host is killed' },
    calls: { default: 600, least: 1, says: 'how many calls ring' },
    away: { default: 60, least: 1, says: 'for how many seconds storage is frozen, and later gone' },
    processes: { default: 1, least: 0, says: '1: each Service Bus function in a process of its own' },
  },
  async run({ kills, calls, away, processes, seed }, print) {
    const plan = { kills, calls, awaySeconds: away, processes: processes > 0, seed };
    const outcome = await runWebhookKills(plan, withSeconds(print));
    report(outcome, print);
    const { missed, differing, unverified, problems, firstWhileAwayMs } = outcome;
    return (
      missed.length + differing + unverified + problems.length === 0 &&
      firstWhileAwayMs.every((ms) => ms <= FIRST_WITHIN_MS)
    );
  },
};

function report(outcome: WebhookKillsOutcome, print: Print): void {
  const { firstWhileAwayMs, lateWhileAway, missed, problems } = outcome;
  const worst = Math.max(...firstWhileAwayMs);
  print('');
  print(`events                                        ${outcome.events}`);
  print(`missed by healthy subscribers                 ${[missed.length, ...missed.slice(0, 20)].join('\n  ')}`);
  print(`superseded or expired at healthy subscribers  ${outcome.replaced}`);
  print(`first events while storage was away           ${firstWhileAwayMs.length} deliveries, worst ${worst} ms`);
  print(
    `of these later than ${FIRST_WITHIN_MS} ms            ${[lateWhileAway.length, ...lateWhileAway.slice(0, 20)].join('\n  ')}`,
  );
  print(`events that came more than once               ${outcome.duplicates}, with another body ${outcome.differing}`);
  print(`not verified                                  ${outcome.unverified}`);
  print(
    problems.length === 0
      ? 'every delivery is accounted for'
      : [`${problems.length} that do not add up`, ...problems.slice(0, 30)].join('\n  '),
  );
}
