import { z } from 'zod';
import type { ChannelEvent } from '../channel/channelEvent';
import { invalidParameter, noContent, refusal, type Reply } from '../http/reply';
import type { Application } from './application';
import { communicationResource } from './applicationResource';

const modalities = [
  'Audio',
  'Video',
  'PhoneAudio',
  'ApplicationSharing',
  'Messaging',
  'DataCollaboration',
  'PanoramicVideo',
] as const;

/** UCWA 2.0, "makeMeAvailable". Fields that it does not know are ignored, as a server does. */
const bodySchema = z.object({
  signInAs: z
    .enum([
      'Online',
      'Busy',
      'DoNotDisturb',
      'BeRightBack',
      'Away',
      'Offwork',
      'BeRightBackIdle',
      'BusyIdle',
      'AwayIdle',
    ])
    .optional(),
  audioPreference: z.enum(['PhoneAudio', 'VoipAudio']).optional(),
  phoneNumber: z.string().optional(),
  supportedMessageFormats: z.array(z.enum(['Plain', 'Html'])).optional(),
  supportedModalities: z.array(z.enum(modalities)).optional(),
  inactiveTimeout: z.string().optional(),
  voipFallbackToPhoneAudioTimeOut: z.string().optional(),
});

/** The fields that a request may have. */
export const makeMeAvailableNames: readonly string[] = Object.keys(bodySchema.shape);

/** Registers the endpoint: 204 and the events that tell of it, 409 the second time, 403 where policy forbids a modality. */
export function makeMeAvailable(application: Application, body: unknown, isForbidden: () => boolean): Reply {
  if (application.availability !== undefined) return refusal(409, 'AlreadyExists', 'The user is available already.');
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) return invalidParameter(String(parsed.error.issues[0]?.path[0] ?? 'body'), 'Invalid');
  const asked = parsed.data.supportedModalities ?? [];
  if (asked.some((modality) => modality !== 'Messaging' && modality !== 'PhoneAudio') && isForbidden()) {
    return refusal(403, undefined, 'The user’s policy does not allow these modalities.');
  }
  application.availability = {
    modalities: asked,
    messageFormats: parsed.data.supportedMessageFormats ?? ['Plain'],
    phoneNumber: parsed.data.phoneNumber,
  };
  application.communicationEtag++;
  application.emit(availableEvents(application));
  return noContent;
}

/** What the channel tells when a user has become available. */
function availableEvents(application: Application): ChannelEvent[] {
  const { path, communicationPath } = application;
  const me = { rel: 'me', href: `${path}/me` };
  const communication = { rel: 'communication', href: communicationPath };
  const ofMe = (rel: string): ChannelEvent => ({ sender: me, link: { rel, href: `${me.href}/${rel}` }, type: 'added' });
  return [
    { sender: communication, link: communication, type: 'updated', embedded: communicationResource(application) },
    { sender: me, link: me, type: 'updated' },
    ofMe('presence'),
    ofMe('note'),
    ofMe('location'),
  ];
}
