import { app } from '@azure/functions';
import { closeApp, pollTimers, startProcess } from '../shared/app';
import { logThrough } from '../shared/telemetry/writeLine';

for (const { name, schedule, run } of pollTimers()) app.timer(name, { schedule, handler: run });

app.hook.appStart(startProcess);
app.hook.preInvocation((hook) => {
  hook.functionHandler = logThrough(hook.invocationContext, hook.functionHandler);
});
app.hook.appTerminate(closeApp);
