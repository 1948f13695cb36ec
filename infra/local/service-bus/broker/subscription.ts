import { createMessageFilter } from '../filters/messageFilter';
import type { MessageFilter } from '../filters/messageFields';
import type { MessageFields } from '../filters/messageFields';
import type { RuleDescription } from '../filters/ruleDescription';
import { BrokerError } from './brokerError';
import type { BrokerEnvironment } from './environment';
import type { MessageQueue } from './messageQueue';
import type { QueueSettings } from './queueSettings';
import { createQueuePair } from './queueEntity';
import type { StorageQuota } from './storageQuota';

export interface SubscriptionSettings extends QueueSettings {
  readonly name: string;
  readonly rules: readonly RuleDescription[];
}

interface Rule {
  readonly description: RuleDescription;
  readonly matches: MessageFilter;
}

/** A subscription: a queue that a topic fills with the messages that at least one of its rules matches. */
export class Subscription {
  readonly queue: MessageQueue;
  private readonly rules = new Map<string, Rule>();

  /** Rules that clients have changed, kept by the store, take the place of those given. */
  constructor(
    readonly address: string,
    settings: SubscriptionSettings,
    quota: StorageQuota,
    private readonly env: BrokerEnvironment,
  ) {
    this.queue = createQueuePair(address, settings, quota, env);
    for (const rule of env.store?.rules(address) ?? settings.rules) this.rules.set(rule.name, compile(rule));
  }

  matches(fields: MessageFields): boolean {
    for (const rule of this.rules.values()) if (rule.matches(fields)) return true;
    return false;
  }

  get ruleDescriptions(): RuleDescription[] {
    return [...this.rules.values()].map(({ description }) => description);
  }

  /** @throws BrokerError alreadyExists; argument when the filter cannot be read. */
  addRule(rule: RuleDescription): void {
    if (this.rules.has(rule.name)) {
      throw new BrokerError(
        'alreadyExists',
        `The messaging entity '${this.address}/Rules/${rule.name}' already exists.`,
      );
    }
    this.rules.set(rule.name, compile(rule));
    this.env.store?.saveRules(this.address, this.ruleDescriptions);
  }

  /** @throws BrokerError notFound */
  removeRule(name: string): void {
    if (!this.rules.delete(name))
      throw new BrokerError('notFound', `The messaging entity '${this.address}/Rules/${name}' could not be found.`);
    this.env.store?.saveRules(this.address, this.ruleDescriptions);
  }
}

const compile = (description: RuleDescription): Rule => ({ description, matches: createMessageFilter(description) });
