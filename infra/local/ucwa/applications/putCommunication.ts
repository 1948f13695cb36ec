import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { invalidParameter, refusal, resource, type Reply } from '../http/reply';
import type { Application } from './application';
import { communicationResource } from './applicationResource';

/** PUT of `communication`: everything echoed, under the etag that was read (UCWA 2.0, "communication"). */
export function putCommunication(application: Application, headers: IncomingHttpHeaders, body: unknown): Reply {
  if (application.availability === undefined)
    return refusal(409, 'MakeMeAvailableRequired', 'Make the user available first.');
  const ifMatch = headers['if-match'];
  if (ifMatch === undefined) return refusal(428, undefined, 'If-Match is required.');
  if (ifMatch.replaceAll('"', '') !== String(application.communicationEtag))
    return refusal(412, undefined, 'The resource has changed since it was read.');
  const parsed = z
    .looseObject({ supportedModalities: z.array(z.string()), supportedMessageFormats: z.array(z.string()).optional() })
    .safeParse(body);
  if (!parsed.success) return invalidParameter(String(parsed.error.issues[0]?.path[0] ?? 'body'), 'Invalid');
  if (parsed.data[application.communicationKey] === undefined)
    return invalidParameter(application.communicationKey, 'Missing');
  application.availability = {
    ...application.availability,
    modalities: parsed.data.supportedModalities,
    messageFormats: parsed.data.supportedMessageFormats ?? application.availability.messageFormats,
  };
  application.communicationEtag++;
  const communication = { rel: 'communication', href: application.communicationPath };
  application.emit([
    { sender: communication, link: communication, type: 'updated', embedded: communicationResource(application) },
  ]);
  return resource(communicationResource(application));
}
