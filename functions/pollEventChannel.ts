import { app } from '@azure/functions';
import { closeApp, pollTimers, startProcess } from '../shared/app';

for (const { name, schedule, run } of pollTimers()) app.timer(name, { schedule, handler: run });

app.hook.appStart(startProcess);
app.hook.appTerminate(closeApp);
