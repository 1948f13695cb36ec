/** The floors and ceilings, and naive.ts, in a process of their own. */
import { answer, usage } from './child';
import { onlyRead, relayNaively } from './naive';

export const pollerMethods = { relayNaively, onlyRead, usage };
export type PollerMethods = typeof pollerMethods;

answer(pollerMethods);
