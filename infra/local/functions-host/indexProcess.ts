/** The process of indexFunctions: loads the app that its argument names, sends what it registered, and ends. */
import { describeFunction } from './app/describeFunction';
import { loadFunctionApp } from './worker/loadFunctionApp';
import { errorLine } from './hostLog';
import { readHostJson } from './settings/hostJson';

async function index(appDirectory: string): Promise<object> {
  try {
    const { routePrefix } = readHostJson(appDirectory);
    const app = await loadFunctionApp(appDirectory, () => undefined);
    return { functions: app.functions.map(({ metadata }) => describeFunction(metadata, routePrefix)) };
  } catch (error) {
    return { problem: errorLine(error) };
  }
}

void index(process.argv[2] ?? process.cwd()).then((answer) => process.send?.(answer, () => process.exit(0)));
