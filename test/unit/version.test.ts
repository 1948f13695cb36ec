import { version } from '../../package.json';
import { VERSION } from '../../shared/version';
import { createOpenApi } from '../../shared/http/documents/openApi';
import { createAsyncApi } from '../../shared/http/documents/asyncApi';

test('the code names the version of package.json', () => {
  expect(VERSION).toBe(version);
});

test('so do the API documents', async () => {
  const documents = [await createOpenApi(), createAsyncApi()];
  expect(documents.map(({ info }) => (info as { version: string }).version)).toEqual([version, version]);
});
