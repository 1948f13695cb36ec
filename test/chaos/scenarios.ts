import { badReceivers } from './badReceivers';
import { bus } from './bus';
import { endings } from './endings';
import { fuzz } from './fuzz';
import { kills } from './kills';
import type { Scenario } from './scenario';
import { webhookKills } from './webhookKills';
import { webhooks } from './webhooks';

/** A row for each scenario, by the flag that chooses it; the first runs where no flag is given. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  kills,
  fuzz,
  bus,
  webhooks,
  endings,
  'webhook-kills': webhookKills,
  'bad-receivers': badReceivers,
};
