import { mentions } from '../../../../shared/storage/erasure/mentions';

const uri = 'sip:ann@contoso.com';

test.each([
  'sip:ann@contoso.com',
  '{"uri":"SIP:Ann@Contoso.com"}',
  'from sip:bob@contoso.com to sip:ann@contoso.com;transport=tls',
  'sip:ann@contoso.com.au and sip:ann@contoso.com',
])('%j names the person', (text) => {
  expect(mentions(text, uri)).toBe(true);
});

test.each(['', 'sip:bob@contoso.com', 'sip:ann@contoso.com.au', 'x-sip:ann@contoso.com', 'sip:ann@contoso.community'])(
  '%j does not',
  (text) => {
    expect(mentions(text, uri)).toBe(false);
  },
);
