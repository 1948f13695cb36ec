import { z } from 'zod';

/** Modalities that makeMeAvailable can register (UCWA documentation, makeMeAvailable, supportedModalities). */
const modalityNames = [
  'Audio',
  'Video',
  'PhoneAudio',
  'ApplicationSharing',
  'Messaging',
  'DataCollaboration',
  'PanoramicVideo',
] as const;

const presences = ['Away', 'BeRightBack', 'Busy', 'DoNotDisturb', 'Offwork', 'Online'] as const;

/** makeMeAvailable, audioPreference. */
const audioPreferences = ['PhoneAudio', 'VoipAudio'] as const;

const url = z
  .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
  .max(2_048, 'must have at most 2,048 characters');

export const sipUriSchema = z
  .string('is required: sip:user@domain')
  .regex(/^sip:[^@\s;?]+@[^@\s;?:]+$/i, 'must look like sip:user@domain')
  .max(454, 'must have at most 454 characters');

/** What an account may be given, each by its checks; without defaults. */
export const accountFields = {
  username: z
    .string('is required: UPN, DOMAIN\\user or SIP address')
    .min(1, 'must not be empty')
    .max(1_024, 'must have at most 1,024 characters'),
  password: z.string('is required').min(1, 'must not be empty').max(1_024, 'must have at most 1,024 characters'),
  discoveryUrl: url,
  modalities: z
    .array(z.enum(modalityNames, `must be among ${modalityNames.join(', ')}`))
    .nonempty('must name at least one')
    .max(modalityNames.length, 'must name each at most once'),
  signInAs: z.enum(presences, `must be one of ${presences.join(', ')}`),
  reportActivity: z.boolean('must be true or false'),
  ringSeconds: z.number('must be a number of seconds').int().min(5, 'must be 5 to 300').max(300, 'must be 5 to 300'),
  phoneNumber: z
    .string()
    .regex(/^(tel:)?\+?\d{2,15}(;ext=\d{1,10})?$/i, 'must be a telephone number of digits, like +14255550100'),
  audioPreference: z.enum(audioPreferences, `must be one of ${audioPreferences.join(', ')}`),
};

/** As accountFields, with what may be left out and the defaults. */
export const accountOptions = {
  ...accountFields,
  discoveryUrl: accountFields.discoveryUrl.optional(),
  modalities: accountFields.modalities.default(['Audio', 'Video', 'PhoneAudio']),
  signInAs: accountFields.signInAs.optional(),
  reportActivity: accountFields.reportActivity.default(true),
  ringSeconds: accountFields.ringSeconds.default(30),
  phoneNumber: accountFields.phoneNumber.optional(),
  audioPreference: accountFields.audioPreference.optional(),
};

/** One element of `UCWA_ACCOUNTS`; unknown fields are refused, so that a misspelt one is seen. */
const accountSchema = z
  .strictObject({ sipUri: sipUriSchema, ...accountOptions })
  .transform((account) => ({ ...account, discoveryUrl: account.discoveryUrl, signInAs: account.signInAs }));

/** `UCWA_ACCOUNTS`: a JSON array, empty where all accounts are in the table; a SIP URI stands in it once. */
export const accountsSchema = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({
        code: 'custom',
        message: 'must be a JSON array of accounts, like [{"sipUri":"sip:user@domain","username":"…","password":"…"}]',
      });
      return z.NEVER;
    }
  })
  .pipe(z.array(accountSchema, 'must be a JSON array of accounts'))
  .superRefine((accounts, context) => {
    const seen = new Set<string>();
    accounts.forEach(({ sipUri }, index) => {
      if (seen.has(sipUri.toLowerCase()))
        context.addIssue({ code: 'custom', path: [index, 'sipUri'], message: 'is the same account as an earlier one' });
      seen.add(sipUri.toLowerCase());
    });
  });
