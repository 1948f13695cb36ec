import { version } from '../../package.json';
import { VERSION } from '../../shared/version';

test('is that of package.json', () => {
  expect(VERSION).toBe(version);
});
