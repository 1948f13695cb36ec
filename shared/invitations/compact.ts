/** The same members; those that could be undefined are optional instead. */
export type Compact<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Drops members that are undefined: what UCWA did not send is absent from an event. */
export function compact<T extends object>(members: T): Compact<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Compact<T>;
}

/** As compact, and undefined when nothing is left. */
export function compactOrAbsent<T extends object>(members: T): Compact<T> | undefined {
  const left = compact(members);
  return Object.keys(left).length === 0 ? undefined : left;
}
