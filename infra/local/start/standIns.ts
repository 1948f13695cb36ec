import { z } from 'zod';
import { readyMessage, startLocalProcess, type LocalProcess } from './localProcess';
import { projectFolder, standInScript } from './projectFolder';

const port = z.number().int();

const tls = z.object({ connectionString: z.string(), certificate: z.string() });
const serviceBusReady = z.object({
  port,
  connectionString: z.string(),
  tls: tls.optional(),
  /** What of its entities Microsoft's emulator would refuse, a line each. */
  differences: z.array(z.string()),
});
export type ServiceBusReady = z.infer<typeof serviceBusReady>;

/** The local Service Bus with the product's own entities. */
export function startServiceBusProcess(preferredPort: number): LocalProcess<ServiceBusReady> {
  return startLocalProcess({
    id: 'serviceBus',
    name: 'Service Bus',
    nodeArguments: [standInScript('service-bus'), '--port', String(preferredPort), '--quiet'],
    recogniseReady: readyMessage(serviceBusReady),
  });
}

const ucwaReady = z.object({ port, url: z.string() });
export type UcwaReady = z.infer<typeof ucwaReady>;

/** The UCWA simulator. */
export function startUcwaProcess(preferredPort: number): LocalProcess<UcwaReady> {
  return startLocalProcess({
    id: 'ucwa',
    name: 'UCWA simulator',
    nodeArguments: [standInScript('ucwa'), '--port', String(preferredPort), '--quiet'],
    recogniseReady: readyMessage(ucwaReady),
  });
}

const hostReady = z.object({ url: z.string(), functionsKey: z.string() });
export type HostReady = z.infer<typeof hostReady>;

/** What the functions host is started with. */
export interface HostOptions {
  /** It listens here or at the next free port; 0 lets the system choose. */
  readonly port: number;
  readonly functionsKey: string;
  /** Whether each Service Bus function runs in a process of its own. Default false. */
  readonly processes?: boolean;
  /** Where the inspector of the app's process listens; none unless given. */
  readonly inspectorPort?: number | undefined;
  /** The UCWA simulator, which the console then lets ring and fail; undefined without one. */
  readonly ucwaUrl?: string | undefined;
  /** The app's settings. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}

/** The path of the host under which the simulator's control is. */
export const LOCAL_CONTROL = '/local/sim';

/** The functions host with the compiled app; its timers run at once instead of at their next time. */
export function startHostProcess(options: HostOptions): LocalProcess<HostReady> {
  return startLocalProcess({
    id: 'functionsHost',
    name: 'Functions host',
    nodeArguments: [
      standInScript('functions-host'),
      ...['--app', projectFolder, '--port', String(options.port)],
      ...['--quiet', '--run-timers-on-start', ...(options.processes === true ? ['--processes'] : [])],
      ...(options.inspectorPort === undefined ? [] : ['--inspect', String(options.inspectorPort)]),
      ...(options.ucwaUrl === undefined ? [] : ['--forward', `${LOCAL_CONTROL}=${options.ucwaUrl}/sim`]),
    ],
    // An argument could be read by anyone on the machine.
    environment: { ...options.environment, FUNCTIONS_HOST_KEY: options.functionsKey },
    recogniseReady: readyMessage(hostReady),
    ...(options.onLine === undefined ? {} : { onLine: options.onLine }),
  });
}

const receiverReady = z.object({ port, url: z.string() });
export type ReceiverReady = z.infer<typeof receiverReady>;

/** The sample webhook receiver; it writes a line for every delivery. */
export function startReceiverProcess(
  preferredPort: number,
  secret: string,
  onLine: (line: string) => void,
): LocalProcess<ReceiverReady> {
  return startLocalProcess({
    id: 'receiver',
    name: 'Webhook receiver',
    nodeArguments: [standInScript('receiver'), '--port', String(preferredPort), '--quiet'],
    environment: { WEBHOOK_SECRET: secret },
    recogniseReady: readyMessage(receiverReady),
    onLine,
  });
}
