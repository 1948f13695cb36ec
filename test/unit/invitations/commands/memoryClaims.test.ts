import { describeClaims } from '../../../contract/claims';
import { createMemoryClaims } from '../../../support/memoryClaims';

describeClaims('ClaimStore in memory', () => Promise.resolve(createMemoryClaims()));
