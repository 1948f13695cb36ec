import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { decodeCapability, encodeCapability, type Capability } from '../../../../shared/http/identity/capability';
import { encodeInvitationId } from '../../../../shared/invitations/invitationId';

const key = 'a signing key of thirty-two characters';
const capabilities: readonly Capability[] = [
  { purpose: 'unsubscribe', subject: 'sub_QmVpc3BpZWwtQWJvLTAxMg' },
  { purpose: 'decline', subject: 'AQCBp0dDbwAYHgMxMDIAkFvBMvVaKUEF', expiresAtMs: 1_768_478_430_050 },
  { purpose: 'acceptWithPhoneAudio', subject: 'x'.repeat(128), expiresAtMs: 0 },
];

describe('a capability', () => {
  test.each(capabilities)('is read as it was made: $purpose', (capability) => {
    expect(decodeCapability(encodeCapability(capability, key), key)).toEqual(capability);
  });

  test.each(capabilities)('is one segment of a path, and short: $purpose', (capability) => {
    expect(encodeCapability(capability, key)).toMatch(/^[\w-]{60,300}$/);
  });

  it('is of this key alone', () => {
    expect(
      decodeCapability(encodeCapability({ purpose: 'unsubscribe', subject: 'sub_1' }, key), `${key}.`),
    ).toBeUndefined();
  });

  it('stands with every character: whichever is altered, left out or added', () => {
    const text = encodeCapability({ purpose: 'decline', subject: 'call-1', expiresAtMs: 1 }, key);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (let at = 0; at < text.length; at += 1) {
      expect(decodeCapability(text.slice(0, at) + text.slice(at + 1), key)).toBeUndefined();
      for (const other of alphabet) {
        const altered = text.slice(0, at) + other + text.slice(at + 1);
        if (altered !== text) expect(decodeCapability(altered, key)).toBeUndefined();
      }
    }
    for (const added of ['A', '=', ' ', '%00']) expect(decodeCapability(text + added, key)).toBeUndefined();
  });

  it('is nothing that anybody makes up', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.stringMatching(/^[\w-]*$/),
          fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64url')),
        ),
        (text) => decodeCapability(text, key) === undefined,
      ),
    );
    expect(decodeCapability('A'.repeat(100_000), key)).toBeUndefined();
  });

  it('is not an invitation id, nor is that a capability, though one key signs both', () => {
    const id = encodeInvitationId(
      {
        accountKey: Buffer.alloc(6).toString('base64url'),
        kind: 'audioVideo',
        applicationId: '102',
        collection: 'audioVideoInvitations',
        id: 'a'.repeat(32),
      },
      key,
    );
    expect(decodeCapability(id, key)).toBeUndefined();
    // Nor is what the key signs without saying for what.
    const body = Buffer.from('unsubscribe  sub_1');
    const mac = createHmac('sha256', key).update(body).digest().subarray(0, 16);
    expect(decodeCapability(Buffer.concat([mac, body]).toString('base64url'), key)).toBeUndefined();
  });
});
