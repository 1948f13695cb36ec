import { app } from '@azure/functions';
import { getApp } from '../shared/app';

app.timer('removeExpiredRecords', {
  schedule: '0 30 3 * * *',
  handler: () => getApp().removeExpiredRecords(),
});
