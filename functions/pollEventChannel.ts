import { app } from '@azure/functions';
import { closeApp, pollTimers } from '../shared/app';

for (const { name, schedule, run } of pollTimers()) app.timer(name, { schedule, handler: run });

app.hook.appTerminate(closeApp);
