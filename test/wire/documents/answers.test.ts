import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AxiosInstance, AxiosResponse } from 'axios';
import { documentedAnswers, type AnswerCheck } from '../../support/documentedAnswers';
import { startTestRelay, type TestRelay } from '../../support/relay';

let relay: TestRelay;
let check: AnswerCheck;
let api: AxiosInstance;
let invitationId: string;
beforeAll(async () => {
  [relay, check] = await Promise.all([
    startTestRelay({ settings: { RELAY_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64') } }),
    documentedAnswers(),
  ]);
  api = relay.http();
  relay.ucwa.ring({ subject: 'documented' });
  invitationId = (await relay.topic.invitationEvent({ event: 'started', subject: 'documented' })).subject;
});
afterAll(() => relay.close());

const desk = {
  username: 'desk@contoso.com',
  password: 'not the right one',
  enabled: false,
  phoneNumber: '+14255550123',
};
const SETTLED = { Prefer: 'wait=60' };

/** In this order: later ones need what the ones before did. */
const requests: readonly [title: string, status: number, ask: (api: AxiosInstance) => Promise<AxiosResponse>][] = [
  ['the offer of a ringing call', 200, (http) => http.get(`/invitations/${invitationId}/offer`)],
  [
    'an accept that is not valid',
    400,
    (http) => http.post(`/invitations/${invitationId}/accept`, { with: 'answer', sdp: 'none' }),
  ],
  ['a cancel of an incoming call', 422, (http) => http.post(`/invitations/${invitationId}/cancel`, {})],
  [
    'a decline that is waited for',
    200,
    (http) => http.post(`/invitations/${invitationId}/decline`, {}, { headers: SETTLED }),
  ],
  ['the same decline again', 202, (http) => http.post(`/invitations/${invitationId}/decline`, {})],
  ['an accept that comes too late', 409, (http) => http.post(`/invitations/${invitationId}/accept`, {})],
  ['the invitation with its history', 200, (http) => http.get(`/invitations/${invitationId}`)],
  ['its timeline', 200, (http) => http.get(`/invitations/${invitationId}/timeline`)],
  ['a timeline of what is none', 404, (http) => http.get('/invitations/none/timeline')],
  ['a timeline from a cursor that is none', 400, (http) => http.get(`/invitations/${invitationId}/timeline?cursor=x`)],
  ['the list', 200, (http) => http.get('/invitations?state=ended&limit=5')],
  [
    'the list of some calls',
    200,
    (http) => http.get('/invitations?caller=alice&outcome=declined&since=2026-01-15T12:00:00%2B01:00'),
  ],
  ['a list with a limit of none', 400, (http) => http.get('/invitations?limit=0')],
  ['an invitation that is none', 404, (http) => http.get('/invitations/none')],
  ['a decline of what is none', 404, (http) => http.post('/invitations/none/decline', {})],
  ['the call, flat', 200, (http) => http.get(`/connector/calls/${invitationId}`)],
  ['a flat call that is none', 404, (http) => http.get('/connector/calls/none')],
  ['the calls, flat', 200, (http) => http.get('/connector/calls?state=ended&limit=5')],
  ['calls of an account that is no address', 400, (http) => http.get('/connector/calls?account=reception')],
  ['the accounts', 200, (http) => http.get('/connector/accounts')],
  [
    'a flow that starts with nothing that there is',
    404,
    (http) => http.post('/connector/triggers/waiting', { url: 'https://receiver.example/' }),
  ],
  ['a flow without a callback', 400, (http) => http.post('/connector/triggers/ringing', {})],
  [
    'a flow for an account that is not there',
    400,
    (http) =>
      http.post('/connector/triggers/ringing', { url: 'https://receiver.example/', account: 'sip:nobody@contoso.com' }),
  ],
  ['an account that is added', 201, (http) => http.put('/accounts/sip:desk@contoso.com', desk)],
  ['the same again', 200, (http) => http.put('/accounts/sip:Desk@contoso.com', desk)],
  ['an account without a password', 400, (http) => http.put('/accounts/sip:desk@contoso.com', { username: 'desk' })],
  ['an account whose address is none', 400, (http) => http.put('/accounts/desk', desk)],
  [
    'a change of it',
    200,
    (http) => http.patch('/accounts/sip:desk@contoso.com', { signInAs: 'Busy', phoneNumber: null }),
  ],
  ['a change of none', 404, (http) => http.patch('/accounts/sip:nobody@contoso.com', { enabled: false })],
  ['the account', 200, (http) => http.get('/accounts/sip:desk@contoso.com')],
  ['an account that is none', 404, (http) => http.get('/accounts/sip:nobody@contoso.com')],
  ['all accounts', 200, (http) => http.get('/accounts?limit=1')],
  ['accounts from a cursor that is none', 400, (http) => http.get('/accounts?cursor=x')],
  ['a check of it, whose password is wrong', 200, (http) => http.post('/accounts/sip:desk@contoso.com/check')],
  ['its gaps', 200, (http) => http.get('/accounts/sip:desk@contoso.com/gaps?since=2026-01-15T12:00:00Z')],
  ['gaps from a cursor that is none', 400, (http) => http.get('/accounts/sip:desk@contoso.com/gaps?cursor=x')],
  ['its removal', 204, (http) => http.delete('/accounts/sip:desk@contoso.com')],
  ['its removal again', 204, (http) => http.delete('/accounts/sip:desk@contoso.com')],
  ['what happened just now', 200, (http) => http.get('/stream')],
  ['the health of the relay', 200, (http) => http.get('/health')],
  ['its liveness', 200, (http) => http.get('/health/live')],
  ['the commands', 200, (http) => http.get('/commands?since=2026-01-15T12:00:00Z&limit=1')],
  ['commands until before they begin', 400, (http) => http.get('/commands?since=2026-01-15&until=2025-01-15')],
  ['an erasure', 200, (http) => http.delete('/people?uri=sip:nobody@contoso.com')],
  ['an erasure of nobody', 400, (http) => http.delete('/people')],
  ['the OpenAPI document', 200, (http) => http.get('/openapi.json')],
];

describe('what the relay answers', () => {
  test.each(requests)('is as documented: %s → %i', async (_title, status, ask) => {
    const answer = await ask(api);
    expect({ status: answer.status, problems: check(answer) }).toEqual({ status, problems: [] });
  });
});

describe('the documents', () => {
  test.each([
    ['/openapi.json', 'docs/openapi.json', 'application/json'],
    ['/asyncapi.json', 'docs/asyncapi.json', 'application/json'],
    ['/schemas/invitation-event.v1.json', 'docs/schemas/invitation-event.v1.json', 'application/schema+json'],
  ])('%s is the file %s, for those who have a key', async (path, file, contentType) => {
    const answer = await api.get<unknown>(path);
    expect(answer.headers['content-type']).toBe(contentType);
    expect(answer.data).toEqual(JSON.parse(readFileSync(join(__dirname, '../../..', file), 'utf8')));
    expect((await api.get(path, { headers: { 'x-functions-key': '' } })).status).toBe(401);
  });
});

describe('a check of answers', () => {
  it('sees what is not documented', async () => {
    const answer = await api.get<object>('/invitations/none');
    expect(check({ ...answer, status: 418 })).toEqual([
      'GET /invitations/none answered 418: that status is not documented',
    ]);
    expect(check({ ...answer, data: {} })).not.toEqual([]);
  });
});
