/** A correlation filter as it was given: every field present must be equal. */
export interface CorrelationFields {
  readonly correlationId?: string | undefined;
  readonly messageId?: string | undefined;
  readonly to?: string | undefined;
  readonly replyTo?: string | undefined;
  readonly subject?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly replyToSessionId?: string | undefined;
  readonly contentType?: string | undefined;
  /** Each value in its AMQP encoding, so that it is listed and compared with the type it was given with. */
  readonly properties?: Readonly<Record<string, Buffer>> | undefined;
}

/** A subscription's rule as it was given, by Config.json or a client: what is listed and stored. */
export interface RuleDescription {
  readonly name: string;
  readonly filter: { readonly sql: string } | { readonly correlation: CorrelationFields };
}
