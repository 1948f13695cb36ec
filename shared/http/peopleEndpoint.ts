import { z } from 'zod';
import { parseOrExplain } from '../errors/parseOrExplain';
import { json, type Endpoint, type EndpointPorts } from './endpoint';

export interface PeopleEndpointPorts extends EndpointPorts {
  /** Erases the person from tables and blobs; the number of rows and blobs removed. */
  readonly erasePerson: (uri: string) => Promise<number>;
}

export const erasureQuerySchema = z.object({
  uri: z
    .string('is required: sip:user@domain or tel:+…')
    .regex(/^([sS][iI][pP]|[tT][eE][lL]):[^\s"]+$/, 'must be a sip: or tel: URI'),
});

/** `DELETE /people?uri=`: erases a person from tables and blobs. Answers how many rows and blobs went; idempotent. */
export const erasePersonEndpoint: Endpoint<PeopleEndpointPorts> = async (request, { erasePerson, log }, caller) => {
  const { uri } = parseOrExplain({ uri: request.query.get('uri') ?? undefined }, erasureQuerySchema);
  const removed = await erasePerson(uri);
  // Who was erased is not repeated in a log that outlives the erasure.
  log.info('personErased', { caller: caller.name, removed });
  return json(200, { removed });
};
