import { APPLICATION } from '../applications/applicationRoutes';

/** Patterns of paths, with a named group for each thing. */
export const COMMUNICATION = `${APPLICATION}/communication`;
export const CONVERSATION = `(?<conversation>${COMMUNICATION}/conversations/[\\w-]+)`;
