import { z } from 'zod';
import { accountFields, accountOptions, sipUriSchema } from '../config/accounts';

const { discoveryUrl, signInAs, phoneNumber, audioPreference, ...always } = accountFields;
const partly = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape).partial().shape;
const clearable = <Schema extends z.ZodType>(schema: Schema) => schema.nullable().optional();

/** The address in a path. */
export const accountPathSchema = z.object({ sipUri: sipUriSchema });

/** The body of `PUT /accounts/{sipUri}`: as an element of `UCWA_ACCOUNTS`, with `enabled` and without the address. */
export const accountRequestSchema = z.strictObject({
  ...accountOptions,
  enabled: z
    .boolean('must be true or false')
    .default(true)
    .describe('False: it is known, and neither signed in nor polled'),
});
export type AccountRequest = z.infer<typeof accountRequestSchema>;

/** The body of `PATCH /accounts/{sipUri}`: what is to be changed; null takes an option away. */
export const accountChangeSchema = z.strictObject({
  ...partly(always),
  discoveryUrl: clearable(discoveryUrl),
  signInAs: clearable(signInAs),
  phoneNumber: clearable(phoneNumber),
  audioPreference: clearable(audioPreference),
  enabled: z.boolean('must be true or false').optional(),
});
export type AccountChange = z.infer<typeof accountChangeSchema>;
