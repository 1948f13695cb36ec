import fc from 'fast-check';
import {
  accountKey,
  decodeInvitationId,
  encodeInvitationId,
  invitationPath,
  type InvitationReference,
} from '../../../shared/invitations/invitationId';
import { kindNames } from '../../../shared/invitations/kinds';
import { RelayError } from '../../../shared/errors/relayError';

const key = 'a signing key';
const usual: InvitationReference = {
  accountKey: accountKey('sip:reception@contoso.com'),
  kind: 'audioVideo',
  applicationId: '10672188129',
  collection: 'audioVideoInvitations',
  id: '5bc132f55a2941059141aa0625584ffe',
};

describe('an invitation id', () => {
  test.each<[string, Partial<InvitationReference>]>([
    ['as real servers have it', {}],
    ['as the documentation has it', { applicationId: '192', collection: 'invitations', id: '507' }],
    ['of another kind', { kind: 'phoneAudio', collection: 'phoneAudioInvitations' }],
    ['with upper case, which is kept', { id: '5BC132F55A2941059141AA0625584FFE' }],
    ['with a GUID', { id: 'b65b47e0-8178-47a8-8f48-8868245f1b1a' }],
    ['with 32 digits that are hexadecimal by chance', { applicationId: '12345678901234567890123456789012' }],
  ])('leads back to the invitation: %s', (_name, changes) => {
    const reference = { ...usual, ...changes };
    expect(decodeInvitationId(encodeInvitationId(reference, key), key)).toEqual(reference);
  });

  test('leads back from any path segments that UCWA may use', () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9_~-]{1,24}$/);
    const reference = fc.record({
      accountKey: fc.emailAddress().map(accountKey),
      kind: fc.constantFrom(...kindNames),
      applicationId: segment,
      collection: segment,
      id: segment,
    });
    fc.assert(
      fc.property(reference, (any) => expect(decodeInvitationId(encodeInvitationId(any, key), key)).toEqual(any)),
    );
  });

  test('is short, and safe in a URL, a header and a session id', () => {
    expect(encodeInvitationId(usual, key)).toMatch(/^[A-Za-z0-9_-]{60,128}$/);
  });

  test('never changes: ids are kept by those who received them (vector computed apart, with Python’s hmac)', () => {
    expect(encodeInvitationId(usual, key)).toBe(
      'AQCBp0dDbwAYHgsxMDY3MjE4ODEyOQCQW8Ey9VopQQWRQaoGJVhP_lL3KycoRTbyzbjIgQ',
    );
  });

  test.each<[string, Partial<InvitationReference>]>([
    ['a slash', { id: '5/../../x' }],
    ['a dot segment', { id: '..' }],
    ['a dot segment for the collection', { collection: '.' }],
    ['an escape', { id: '%2e%2e' }],
    ['a host', { applicationId: 'evil.example:443' }],
    ['an empty segment', { id: '' }],
    ['a segment beyond measure', { id: 'x'.repeat(65) }],
    ['segments that are too long together', { applicationId: 'x'.repeat(40), id: 'y'.repeat(40) }],
  ])('is not made of a path with %s', (_name, changes) => {
    expect(() => encodeInvitationId({ ...usual, ...changes }, key)).toThrow(RelayError);
  });
});

describe('what is no id of ours is nobody’s', () => {
  const id = encodeInvitationId(usual, key);

  test('any byte changed, to any value', () => {
    const bytes = Buffer.from(id, 'base64url');
    const readable = Array.from(bytes).flatMap((byte, position) =>
      Array.from({ length: 255 }, (_, change) => {
        const altered = Buffer.from(bytes);
        altered[position] = byte ^ (change + 1);
        return decodeInvitationId(altered.toString('base64url'), key);
      }).filter((reference) => reference !== undefined),
    );
    expect(readable).toEqual([]);
  });

  test('any character changed, the last one’s unused bits too', () => {
    const alphabet = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');
    const readable = Array.from(id).flatMap((character, position) =>
      alphabet.filter(
        (other) =>
          other !== character &&
          decodeInvitationId(id.slice(0, position) + other + id.slice(position + 1), key) !== undefined,
      ),
    );
    expect(readable).toEqual([]);
  });

  test('cut short or made longer, at every length', () => {
    for (let length = 0; length < id.length; length++)
      expect(decodeInvitationId(id.slice(0, length), key)).toBeUndefined();
    for (const more of ['A', 'AA', 'AAAA', '=', '.', ' ', '\n', id])
      expect(decodeInvitationId(id + more, key)).toBeUndefined();
  });

  test.each<[string, string]>([
    ['nothing', ''],
    ['no base64url', 'a+b/c='],
    ['a path', '../../me'],
    ['a URL', 'https://evil.example/ucwa/v1/applications/1/communication/invitations/1'],
    ['beyond measure', 'A'.repeat(129)],
    ['a megabyte', 'A'.repeat(1_000_000)],
  ])('%s', (_name, text) => {
    expect(decodeInvitationId(text, key)).toBeUndefined();
  });

  test('made with another key', () => {
    expect(decodeInvitationId(id, `${key}.`)).toBeUndefined();
  });

  test('any text at all', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), fc.stringMatching(/^[\w-]{0,140}$/)),
        (text) => decodeInvitationId(text, key) === undefined,
      ),
    );
  });
});

test('an account’s key is that of its address, however its case is written', () => {
  expect(accountKey('sip:Reception@Contoso.com')).toBe(accountKey('sip:reception@contoso.com'));
  expect(accountKey('sip:reception@contoso.com')).not.toBe(accountKey('sip:reception@fabrikam.com'));
});

test('the path comes from the session’s own application', () => {
  expect(invitationPath('/ucwa/oauth/v1/applications/102', usual)).toBe(
    '/ucwa/oauth/v1/applications/102/communication/audioVideoInvitations/5bc132f55a2941059141aa0625584ffe',
  );
});
