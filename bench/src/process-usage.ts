import { readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** Resident memory of a process in megabytes (10^6 bytes); Linux only, from /proc. */
export function residentMb(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(line ?? 0) * 1024) / 1e6;
}

/** Processor seconds that a process has used so far; Linux only, from /proc. */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Fields after the command, which may itself hold spaces and parentheses: 12 and 13 from there are utime and stime.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** The same for each process of a system, by its name. */
export function processorSecondsOf(
  services: Readonly<Record<string, { readonly pid: number }>>,
): Record<string, number> {
  return Object.fromEntries(Object.entries(services).map(([name, { pid }]) => [name, processorSeconds(pid)]));
}
