import { BrokerError } from '../broker/brokerError';
import type { AmqpReply, AmqpRequest, StatusNames } from './requestLink';
import type { Namespace } from '../broker/namespace';
import { SIGNATURE_PREFIX, verifySignature, type Claim } from './sharedAccessSignature';

/** Claims-based security: what one connection has shown that it may do (AMQP claims-based security, working draft 5). */
export class CbsNode {
  static readonly names: StatusNames = ['status-code', 'status-description', 'error-condition'];
  private readonly claims = new Map<string, Claim>();

  constructor(
    private readonly key: string,
    private readonly namespace: Pick<Namespace, 'find'>,
  ) {}

  /** put-token. @throws BrokerError unauthorised, notImplemented; notFound where the signature is for an entity that is not there */
  handle({ applicationProperties, body }: AmqpRequest): AmqpReply {
    if (applicationProperties['operation'] !== 'put-token')
      throw new BrokerError('notImplemented', '$cbs knows the operation put-token only.');
    const token = body?.value;
    // By the token and not by its `type`: Python's SDK says `jwt` of a shared access signature too.
    if (typeof token !== 'string' || !token.startsWith(SIGNATURE_PREFIX)) {
      throw new BrokerError(
        'unauthorised',
        'InvalidToken: Only shared access signatures are known to this local Service Bus.',
      );
    }
    const claim = verifySignature(token, this.key, nowMs());
    const entity = claim.path.replace(/\/\$management$/, '');
    if (entity !== '') this.namespace.find(entity);
    this.claims.set(claim.path, claim);
    return { status: 202, description: 'Accepted' };
  }

  /** @throws BrokerError unauthorised when no claim that is still valid covers the address. */
  require(address: string): void {
    const wanted = address.toLowerCase();
    for (const { path, expiresAtMs } of this.claims.values()) {
      if (expiresAtMs > nowMs() && (path === '' || wanted === path || wanted.startsWith(`${path}/`))) return;
    }
    throw new BrokerError(
      'unauthorised',
      `Unauthorized access. 'Send' or 'Listen' claim(s) are required to perform this operation. Resource: '${address}'.`,
    );
  }
}

/** The machine's own time, whatever clock the messages live by: clients sign with theirs. */
const nowMs = (): number => Date.now();
