import { attachContext, contextTooLarge, type AttachContextPorts } from '../../invitations/calls/attachContext';
import { contextSchema } from '../../invitations/calls/callData';
import { json, type Endpoint, type EndpointPorts } from '../endpoint';
import { readJson } from '../readJson';

export type ContextEndpointPorts = EndpointPorts & AttachContextPorts;

/** No context of 4 KB has so many bytes, however it is indented: it is not read. */
const MAX_ANNOUNCED_BYTES = 64 * 1024;

/**
 * `PUT /invitations/{id}/context`: attaches a JSON object to a call, in place of what was attached before. Errors: those of
 * attachContext and readJson.
 */
export const contextEndpoint: Endpoint<ContextEndpointPorts> = async (request, ports, caller) => {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_ANNOUNCED_BYTES) throw contextTooLarge();
  const context = await readJson(request, contextSchema);
  const { data, timeMs } = await attachContext(
    { invitationId: request.params.id ?? '', context, caller: caller.name },
    ports,
  );
  return json(200, { invitationId: data.invitationId, attachedAt: new Date(timeMs).toISOString(), context });
};
