import type { Resource } from '../resource';

/**
 * Linked resources by their path (the very strings that linkedHrefs gave); undefined for one that was asked for and is
 * gone or did not come in time.
 */
export type FetchedResources = ReadonlyMap<string, Resource | undefined>;
