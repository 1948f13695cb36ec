import {
  isPhone,
  isSameAddress,
  isUser,
  isVoicemail,
  isWithheld,
  phoneNumberOf,
} from '../../../shared/invitations/sipUri';

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

test.each<
  [
    string,
    { readonly phone?: boolean; readonly user?: boolean; readonly withheld?: boolean; readonly voicemail?: boolean },
  ]
>([
  ['sip:alice@contoso.com', { user: true }],
  ['sips:alice@contoso.com:5061;transport=tls', { user: true }],
  ['tel:+14255550100', { phone: true }],
  ['tel:anonymous', { phone: true, withheld: true }],
  ['sip:+14255550100@contoso.com;user=phone', { phone: true }],
  ['sip:+14255550100@contoso.com', { user: true }],
  ['sip:anonymous@anonymous.invalid', { withheld: true }],
  ['sip:Anonymous@contoso.com;user=phone', { phone: true, withheld: true }],
  ['sip:alice@contoso.com;gruu;opaque=app:voicemail', { voicemail: true }],
  ['sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:1', {}],
  ['sip:', {}],
  ['mailto:alice@contoso.com', {}],
])('%p shows %p', (uri, expected) => {
  const none = { phone: false, user: false, withheld: false, voicemail: false };
  expect({ phone: isPhone(uri), user: isUser(uri), withheld: isWithheld(uri), voicemail: isVoicemail(uri) }).toEqual({
    ...none,
    ...expected,
  });
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
