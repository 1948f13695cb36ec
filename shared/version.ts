/**
 * The version that the API documents, the User-Agent and the telemetry name. It equals the one in package.json, which is
 * not beside the code once it is built; a test compares them.
 */
export const VERSION = '1.0.0';

/** The User-Agent header of every request that the relay sends. */
export const USER_AGENT = `ucwa-relay/${VERSION}`;
