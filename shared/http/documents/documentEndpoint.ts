import type { Endpoint, EndpointPorts } from '../endpoint';
import type { JsonObject } from './jsonSchemas';

/**
 * `GET` of a document that is made from the code: at its first request and once in a process, so that a start of the app
 * pays nothing for it. @param create loads the document's module; a failure is tried again by the next request.
 */
function documentEndpoint(contentType: string, create: () => Promise<JsonObject>): Endpoint<EndpointPorts> {
  let made: Promise<string> | undefined;
  return async () => {
    made ??= create().then((document) => JSON.stringify(document));
    const body = await made.catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return { status: 200, headers: { 'content-type': contentType, 'cache-control': 'no-cache' }, body };
  };
}

/** `GET /openapi.json` */
export const openApiEndpoint = documentEndpoint('application/json', async () =>
  (await import('./openApi')).createOpenApi(),
);
/** `GET /asyncapi.json` */
export const asyncApiEndpoint = documentEndpoint('application/json', async () =>
  (await import('./asyncApi')).createAsyncApi(),
);
/** `GET /schemas/invitation-event.v1.json` */
export const eventSchemaEndpoint = documentEndpoint('application/schema+json', async () =>
  (await import('./eventSchema')).createEventSchema(),
);
