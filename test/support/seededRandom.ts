/** Chance that can be had again: the same seed gives the same sequence. */
export interface SeededRandom {
  /** From 0 up to 1, as Math.random. */
  next(): number;
  /** From `least` up to `most`. */
  between(least: number, most: number): number;
  /** Any of them. */
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
}

/** Jest looks each global up anew, which costs as much as the rest. */
const { imul } = Math;

/** mulberry32 (Tommy Ettinger, public domain). @param seed a whole number; its lower 32 bits count. */
export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (least, most) => least + next() * (most - least),
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
  };
}
