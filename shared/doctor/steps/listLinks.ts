import type { Pool } from '../../ucwa/pool';
import { embeddedOf, linkOf, type Resource } from '../../invitations/resource';
import type { Finding } from '../report';
import { readResource } from '../readResource';
import { DiagnosticError } from '../diagnosticError';

/** What of `me` and `communication` has to do with calls; a link that is absent is not allowed (UCWA 2.0, "Web links"). */
const OF_ME = ['reportMyActivity', 'presence', 'callForwardingSettings', 'phones'];
const OF_COMMUNICATION = ['startAudioVideo', 'startPhoneAudio'];
/** Properties of the resource `policies` that decide about calls. */
const POLICIES = ['phoneAudio', 'telephonyMode', 'audioOnlyOnWifi', 'video', 'videoOnlyOnWifi'];

/** Which links the user is given, and what its policies say where they can be read. Fails where activity must be reported and cannot. */
export async function listLinks(
  pool: Pool,
  applicationPath: string,
  mustReportActivity: boolean,
  signal: AbortSignal,
): Promise<Finding> {
  const application = await readResource(pool, applicationPath, signal);
  const me = embeddedOf(application, 'me');
  const present = [...linked(me, OF_ME), ...linked(embeddedOf(application, 'communication'), OF_COMMUNICATION)];
  const fact = [`links ${present.join(', ') || 'none'}`, ...(await policies(application, pool, signal))].join('; ');
  if (mustReportActivity && !present.includes('reportMyActivity')) {
    throw new DiagnosticError(
      fact,
      'The server gives no reportMyActivity: see why the user could not be made available, or set reportActivity to false for the account.',
    );
  }
  return { fact, value: undefined };
}

/** Whether a call can be taken at the user's phone only an invitation shows (acceptWithPhoneAudio); the policies hint at it. */
async function policies(application: Resource, pool: Pool, signal: AbortSignal): Promise<string[]> {
  const href = linkOf(application, 'policies')?.href;
  const properties =
    href === undefined
      ? undefined
      : await readResource(pool, href, signal).then(
          (each) => each.properties,
          () => undefined,
        );
  if (properties === undefined) return ['policies cannot be read'];
  const said = POLICIES.flatMap((name) =>
    properties[name] === undefined ? [] : [`${name} ${JSON.stringify(properties[name])}`],
  );
  return [`policies: ${said.join(', ') || 'none of calls'}`];
}

function linked(resource: Resource | undefined, rels: readonly string[]): string[] {
  return rels.filter((rel) => linkOf(resource, rel) !== undefined);
}
