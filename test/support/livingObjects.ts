import { queryObjects } from 'node:v8';

/** How many objects of that class are alive once the garbage has been collected. */
export function livingObjects(type: abstract new (...values: never[]) => object): number {
  return queryObjects(type, { format: 'count' });
}

/** Whether it is alive once the garbage has been collected. Not to be asked in the turn of the event loop that made the reference. */
export function isAlive(reference: WeakRef<object>): boolean {
  livingObjects(WeakRef); // collects it
  return reference.deref() !== undefined;
}
