import { isSameAddress, isVoicemail, namedBy, phoneNumberOf } from '../../../shared/invitations/sipUri';

test.each<[string, string | undefined]>([
  ['tel:+14255550100', '+14255550100'],
  ['TEL:+1-425-555.01(00)', '+14255550100'],
  ['tel:+1%20425%20555%200100', '+14255550100'],
  ['tel:+14255550100;ext=7', '+14255550100'],
  ['sip:+14255550100@contoso.com;user=phone', '+14255550100'],
  ['sip:+14255550100;ext=7@contoso.com;user=phone', '+14255550100'],
  ['sip:%2B14255550100@contoso.com;user=phone', '+14255550100'],
  ['sip:+14255550100;user=phone', '+14255550100'],
  ['sip:+14255550100@contoso.com', undefined],
  ['tel:5550100;phone-context=contoso.com', undefined],
  ['tel:0014255550100', undefined],
  ['tel:+0123', undefined],
  ['tel:+1425555010012345', undefined],
  ['tel:+1CALLME', undefined],
  ['sip:alice@contoso.com', undefined],
  ['+14255550100', undefined],
  ['', undefined],
])('the number of %p is %p', (uri, number) => {
  expect(phoneNumberOf(uri)).toBe(number);
});

test.each<[string, ReturnType<typeof namedBy>]>([
  ['sip:alice@contoso.com', 'user'],
  ['sips:alice@contoso.com:5061;transport=tls', 'user'],
  ['sip:+14255550100@contoso.com', 'user'],
  ['tel:+14255550100', 'phone'],
  ['sip:+14255550100@contoso.com;user=phone', 'phone'],
  ['tel:anonymous', 'withheld'],
  ['sip:anonymous@anonymous.invalid', 'withheld'],
  ['sip:Anonymous@contoso.com;user=phone', 'withheld'],
  ['sip:12345@anonymous.invalid', 'guest'],
  ['sip:alice@contoso.com;gruu;opaque=app:voicemail', 'service'],
  ['sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:1', 'service'],
  ['sip:pool.contoso.com@contoso.com;gruu;opaque=srvr:HomeServer:1', 'service'],
  ['sip:', undefined],
  ['mailto:alice@contoso.com', undefined],
])('%p names %p', (uri, named) => {
  expect(namedBy(uri)).toBe(named);
});

test('voice mail is one of a user’s services', () => {
  expect(isVoicemail('sip:alice@contoso.com;gruu;opaque=app:voicemail')).toBe(true);
  expect(isVoicemail('sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:1')).toBe(false);
});

test.each<[string, string, boolean]>([
  ['sip:Alice@Contoso.com', 'sip:alice@contoso.com;gruu', true],
  ['sips:alice@contoso.com:5061', 'sip:alice@contoso.com', true],
  ['sip:alice@contoso.com', 'sip:alice@fabrikam.com', false],
  ['sip:alice@contoso.com', 'sip:bob@contoso.com', false],
  ['Alice', 'alice', true],
  ['Alice', 'sip:alice@contoso.com', false],
])('%p and %p are one address: %p', (one, other, same) => {
  expect(isSameAddress(one, other)).toBe(same);
  expect(isSameAddress(other, one)).toBe(same);
});
