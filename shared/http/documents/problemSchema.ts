import { z } from 'zod';
import { actionNames } from '../../invitations/invitationData';

/** RFC 9457, with the members that the relay's errors can carry. */
export const problemSchema = z.looseObject({
  type: z.string().describe('urn:ucwa-relay:problem:<code>; decide by this, never by the text'),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('What was wrong and what would be right, in a sentence'),
  instance: z.string().describe('Names this occurrence, for support'),
  errors: z
    .array(
      z.strictObject({
        field: z.string().describe('Empty for the body as a whole'),
        message: z.string(),
        rule: z.string().optional().describe('Which rule refused a subscriber’s URL'),
      }),
    )
    .optional()
    .describe('Every field that is not valid; requestInvalid'),
  available: z.array(z.enum(actionNames)).optional().describe('What the invitation offers now; actionNotAvailable'),
  winner: z
    .strictObject({ caller: z.string(), command: z.string(), time: z.iso.datetime() })
    .optional()
    .describe('Who answered first; alreadyClaimed'),
  role: z.string().optional().describe('The role that is needed; forbidden'),
  problems: z.array(z.string()).optional().describe('Every setting that is not valid; settingsInvalid'),
  code: z.string().optional().describe('Skype for Business’s own error code'),
  subcode: z.string().optional().describe('Skype for Business’s own error subcode'),
  requestId: z.string().optional().describe('Id of the request, for the logs of Skype for Business'),
});
