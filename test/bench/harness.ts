import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { projectFolder } from '../../infra/local/start/projectFolder';

/** What one run found out. A ratio is a figure like any other: both its sides come from the same run. */
export interface Measurement {
  readonly figure: string;
  readonly value: number;
  readonly unit: '' | 'ms' | '/s' | 'MB' | 'KB' | '%' | '/min' | 's' | 'µs';
  /** What the median must not pass. */
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface RunOptions {
  /** A smoke run on a small scale, whose figures mean nothing. */
  readonly quick: boolean;
  readonly progress: (line: string) => void;
}

export interface Bench {
  readonly name: string;
  /** What is measured against what, in a sentence. */
  readonly says: string;
  /** Said under the table. */
  readonly notes?: readonly string[];
  /** One run, in a world of its own that is gone when this resolves; the same figures in the same order each time. */
  run(options: RunOptions): Promise<readonly Measurement[]>;
}

interface Figure extends Omit<Measurement, 'value'> {
  readonly runs: readonly number[];
  readonly median: number;
  /** Absent where there is no bound, or the run was a smoke run. */
  readonly holds?: boolean;
}

const RUNS = 3;

/** Runs it three times (a smoke run once), prints the table, writes `bench-results/NAME.json`. Resolves with whether every bound holds. */
export async function runBench(bench: Bench, quick: boolean): Promise<boolean> {
  console.log(`\n${bench.name}: ${bench.says}`);
  const startedMs = performance.now();
  const runs: (readonly Measurement[])[] = [];
  for (let run = 1; run <= (quick ? 1 : RUNS); run += 1) {
    const progress = (line: string): void =>
      console.log(`${`${((performance.now() - startedMs) / 1000).toFixed(0)} s`.padStart(7)}  run ${run}: ${line}`);
    runs.push(await bench.run({ quick, progress }));
  }
  const figures = toFigures(runs, quick);
  console.log(`\n${toTable(figures)}`);
  for (const note of bench.notes ?? []) console.log(note);

  const folder = path.join(projectFolder, 'bench-results');
  await mkdir(folder, { recursive: true });
  // A smoke run never takes the place of a result.
  const file = path.join(folder, `${bench.name}${quick ? '.quick' : ''}.json`);
  await writeFile(
    file,
    `${JSON.stringify({ name: bench.name, at: new Date().toISOString(), machine: machine(), figures }, undefined, 2)}\n`,
  );
  return figures.every(({ holds }) => holds !== false);
}

function toFigures(runs: readonly (readonly Measurement[])[], quick: boolean): Figure[] {
  return (runs[0] ?? []).map(({ figure, unit, atMost, atLeast }) => {
    const values = runs.map((run) => run.find((each) => each.figure === figure)?.value ?? NaN);
    const middle = median(values);
    const bounds = { ...(atMost === undefined ? {} : { atMost }), ...(atLeast === undefined ? {} : { atLeast }) };
    const isJudged = !quick && (atMost !== undefined || atLeast !== undefined);
    return {
      figure,
      unit,
      runs: values,
      median: middle,
      ...bounds,
      ...(isJudged ? { holds: middle <= (atMost ?? Infinity) && middle >= (atLeast ?? -Infinity) } : {}),
    };
  });
}

function toTable(figures: readonly Figure[]): string {
  const head = ['', ...(figures[0]?.runs ?? []).map((_, index) => `run ${index + 1}`), 'median', 'bound', ''];
  const rows = figures.map(({ figure, unit, runs, median: middle, atMost, atLeast, holds }) => {
    const bound = [
      ...(atLeast === undefined ? [] : [`≥ ${atLeast}`]),
      ...(atMost === undefined ? [] : [`≤ ${atMost}`]),
    ].join(', ');
    return [
      figure,
      ...runs.map(format),
      `${format(middle)} ${unit}`.trimEnd(),
      bound,
      holds === undefined ? '' : holds ? 'holds' : 'DOES NOT HOLD',
    ];
  });
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function format(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2);
}

function machine(): Record<string, string | number> {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model ?? 'unknown',
    cores: cpus.length,
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    node: process.version,
    system: `${os.type()} ${os.release()}`,
    load1: os.loadavg()[0] ?? 0,
  };
}

/** The value below which so great a share of the values lies (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Milliseconds on a clock that all processes of this machine share (Node: process.hrtime, arbitrary origin, CLOCK_MONOTONIC). */
export function sharedNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
