import type { NewCall } from './simulator';

/** The calls that the stack makes by itself, once, so that there is something to see: every way a call can end. */
export const demoCalls: readonly NewCall[] = [
  {
    scenario: 'declined',
    from: 'sip:alice@contoso.com',
    name: 'Alice Example',
    subject: 'Invoice 1234',
    modalities: ['audio'],
  },
  {
    scenario: 'answered',
    from: 'sip:bob@fabrikam.com',
    name: 'Bob Example',
    subject: 'Delivery at gate 3',
    modalities: ['audio', 'video'],
  },
  { scenario: 'missed', from: 'tel:+15550100', modalities: ['audio'], ringSeconds: 6 },
  {
    scenario: 'answeredElsewhere',
    from: 'sip:carol@contoso.com',
    name: 'Carol Example',
    subject: 'Quarterly figures',
    modalities: ['audio'],
  },
  {
    scenario: 'outgoing',
    from: 'sip:dave@fabrikam.com',
    name: 'Dave Example',
    subject: 'Calling back',
    modalities: ['audio'],
    ringSeconds: 6,
  },
  {
    scenario: 'cancelled',
    from: 'sip:erin@contoso.com',
    name: 'Erin Example',
    subject: 'The lift is stuck',
    importance: 'urgent',
    modalities: ['audio'],
  },
  {
    scenario: 'forwarded',
    from: 'sip:frank@fabrikam.com',
    name: 'Frank Example',
    subject: 'Second opinion',
    modalities: ['audio', 'video'],
  },
];
