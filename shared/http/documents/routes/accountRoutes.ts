import { accountListQuerySchema, gapsQuerySchema } from '../../accounts/accountAnswers';
import { accountAnswers, accountRequestExamples } from '../examples/accountExamples';
import type { Route } from './route';

const common = { tag: 'Accounts', role: 'Accounts.Manage' } as const;
const one = '/accounts/{sipUri}';
type Answers = ReturnType<typeof accountAnswers>;

/** `/accounts` and what is under it. */
export function accountRoutes(): readonly Route[] {
  const answers = accountAnswers();
  return [...readRoutes(answers), ...changeRoutes(answers), ...troubleRoutes(answers)];
}

function readRoutes({ page, connected, rejected }: Answers): readonly Route[] {
  return [
    {
      ...common,
      method: 'get',
      path: '/accounts',
      operationId: 'listAccounts',
      summary: 'List accounts with their states',
      description:
        'Those of the table and of UCWA_ACCOUNTS; where both hold an account, the table counts. A state is what the process ' +
        'that polls the account reported last, at most 15 seconds ago.',
      query: accountListQuerySchema,
      answers: { 200: { description: 'One page', schema: 'AccountPage', examples: { one: page } } },
      errors: ['requestInvalid', 'storageUnavailable'],
    },
    {
      ...common,
      method: 'get',
      path: one,
      operationId: 'getAccount',
      summary: 'Read one account with its state',
      answers: {
        200: { description: 'The account, without its password', schema: 'Account', examples: { connected, rejected } },
      },
      errors: ['requestInvalid', 'notFound', 'storageUnavailable'],
    },
  ];
}

function changeRoutes({ settings }: Answers): readonly Route[] {
  const errors = ['requestInvalid', 'settingsInvalid', 'storageUnavailable'] as const;
  const stored = (description: string) => ({ description, schema: 'AccountSettings', examples: { settings } }) as const;
  return [
    {
      ...common,
      method: 'put',
      path: one,
      operationId: 'putAccount',
      summary: 'Add an account, or replace it',
      description:
        'By the same checks as an element of UCWA_ACCOUNTS. It signs in within 10 seconds. The password is kept encrypted and is ' +
        'never shown. The same again changes nothing.',
      body: { schema: 'AccountRequest', examples: accountRequestExamples.put },
      answers: { 200: stored('It was there, and is as the body says now'), 201: stored('It was added') },
      errors,
    },
    {
      ...common,
      method: 'patch',
      path: one,
      operationId: 'changeAccount',
      summary: 'Change an account',
      description:
        'What the body names; null takes an option away. A password is tried once, within 10 seconds, also where one was rejected ' +
        'before. `enabled: false` signs the account out.',
      body: { schema: 'AccountChange', examples: accountRequestExamples.change },
      answers: { 200: stored('The account as it is now') },
      errors: [...errors, 'notFound'],
    },
    {
      ...common,
      method: 'delete',
      path: one,
      operationId: 'deleteAccount',
      summary: 'Remove an account',
      description:
        'Its password is gone with the response; the process that polls it signs it out within 10 seconds. Idempotent.',
      answers: { 204: { description: 'It is not in the table (any more)' } },
      errors: ['requestInvalid', 'storageUnavailable'],
    },
  ];
}

function troubleRoutes({ check, gaps }: Answers): readonly Route[] {
  return [
    {
      ...common,
      method: 'post',
      path: `${one}/check`,
      operationId: 'checkAccount',
      summary: 'Try an account step by step',
      description:
        'The steps of `npm run doctor`, from where the relay runs, on an endpoint of their own: an account that is connected stays so, ' +
        'and one that is disabled can be tried. Takes up to 100 seconds. A password that was rejected is not sent again.',
      answers: { 200: { description: 'What each step found', schema: 'AccountCheck', examples: { check } } },
      errors: ['requestInvalid', 'notFound', 'settingsInvalid', 'storageUnavailable'],
    },
    {
      ...common,
      method: 'get',
      path: `${one}/gaps`,
      operationId: 'listAccountGaps',
      summary: 'List the gaps of an account’s event channel',
      description: 'Within them calls may have come and gone unseen. Kept for RETENTION_DAYS.',
      query: gapsQuerySchema,
      answers: { 200: { description: 'One page', schema: 'GapPage', examples: { outage: gaps } } },
      errors: ['requestInvalid', 'notFound', 'storageUnavailable'],
    },
  ];
}
