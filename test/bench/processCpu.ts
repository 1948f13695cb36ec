import { readFileSync } from 'node:fs';

/** Processor time of a process so far, in milliseconds. proc(5): fields 14 and 15 of `stat`, in ticks of 10 ms. */
export function processCpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
