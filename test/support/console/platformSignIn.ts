import type { Page } from 'playwright-core';
import { toConsoleCookie } from '../../../shared/http/console/consoleCookie';
import { createSecretCipher } from '../../../shared/secretCipher';
import { webhookSettings } from '../webhookRelay';

/** A relay to whose console people sign in with the organisation's accounts. */
export const entraSettings = {
  ENTRA_TENANT_ID: '7a3d7d0e-6d0f-4c59-9d3c-0b1f0a1c2d3e',
  ENTRA_AUDIENCE: 'api://ucwa-relay',
  WEBSITE_AUTH_ENABLED: 'True',
} as const;

/**
 * As App Service Authentication, which signs people in on a page of its own, leads back, and out again. The relay's
 * cookie is made here: what it makes of the platform's ID token, unit tests show.
 */
export async function signInByPlatform(page: Page, roles: readonly string[]): Promise<void> {
  const cipher = createSecretCipher(webhookSettings.RELAY_ENCRYPTION_KEY);
  const dana = { objectId: 'object-of-dana', name: 'Dana Berg', roles: [...roles] };
  const { name, value } = toConsoleCookie(dana, cipher, Date.now());
  await page.route('**/.auth/**', async (route) => {
    const cookie = { 'set-cookie': `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Strict` };
    const isLogin = /\/login\//.test(route.request().url());
    await route.fulfill({ status: 302, headers: { location: '/api/console/', ...(isLogin && cookie) } });
  });
  await page.getByRole('link', { name: 'Sign in with your organisation' }).click();
  await page.getByText('Live', { exact: true }).waitFor();
}

/** What the page could send though it shows no button; evaluates to the status. */
export function declineFrom(invitationId: string): string {
  const headers = { 'x-relay-console': '1', 'content-type': 'application/json' };
  const path = `/api/console/api/invitations/${invitationId}/decline`;
  return `fetch(${JSON.stringify(path)}, ${JSON.stringify({ method: 'POST', headers, body: '{}' })}).then(({ status }) => status)`;
}
