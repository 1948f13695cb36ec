import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiRoutes } from '../../../../shared/http/documents/routes/routes';

const FUNCTIONS = join(__dirname, '../../../../functions');

it('each function asks for the role that the documents name for its route', async () => {
  for (const { operationId, role } of await apiRoutes()) {
    if (role === 'anonymous') continue;
    const text = readFileSync(join(FUNCTIONS, `${operationId}.ts`), 'utf8');
    const asked = /to(?:Unlimited)?Handler\(getApp, '([\w.]+)'/.exec(text)?.[1];
    expect({ operationId, role: asked }).toEqual({ operationId, role });
  }
});

it('accounts are one role’s business, which no other role includes', async () => {
  const routes = (await apiRoutes()).filter(({ path }) => path.startsWith('/accounts'));
  expect(routes.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'get /accounts',
    'get /accounts/{sipUri}',
    'put /accounts/{sipUri}',
    'patch /accounts/{sipUri}',
    'delete /accounts/{sipUri}',
    'post /accounts/{sipUri}/check',
    'get /accounts/{sipUri}/gaps',
  ]);
  expect(new Set(routes.map(({ role }) => role))).toEqual(new Set(['Accounts.Manage']));
});
