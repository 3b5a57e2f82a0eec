import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** Resident memory of a process in megabytes (10^6 bytes); Linux only, from /proc. */
export function residentMb(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(line ?? 0) * 1024) / 1e6;
}

/** Keeps a process, with all its threads, to one processor for good; Linux only, by util-linux. */
export function pin(pid: number, processor: number): void {
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(processor), String(pid)], { stdio: 'ignore' });
}

/** Processor seconds that a process has used so far; Linux only, from /proc. */
export function processorSeconds(pid: number): number {
  const { userTicks, systemTicks } = statOf(pid);
  return (userTicks + systemTicks) / ticksPerSecond;
}

/** The same for all processes of a group that run now. */
export function processorSecondsOfGroup(group: number): number {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.filter((pid) => isInGroup(pid, group)).reduce((sum, pid) => sum + processorSeconds(pid), 0);
}

export interface Usage {
  readonly processorSeconds: number;
  /** Handed to the disk, whatever becomes of it there. */
  readonly writtenBytes: number;
}

export interface NamedUsage extends Usage {
  readonly name: string;
}

/** @returns tells what each process of a system has used since the call, by its name. */
export function measureUsage(
  services: Readonly<Record<string, { readonly pid: number }>>,
): () => readonly NamedUsage[] {
  const before = Object.entries(services).map(([name, { pid }]) => ({ name, pid, ...usageOf(pid) }));
  return () =>
    before.map(({ name, pid, processorSeconds, writtenBytes }) => {
      const after = usageOf(pid);
      return {
        name,
        processorSeconds: after.processorSeconds - processorSeconds,
        writtenBytes: after.writtenBytes - writtenBytes,
      };
    });
}

function usageOf(pid: number): Usage {
  const line = /^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1];
  return { processorSeconds: processorSeconds(pid), writtenBytes: Number(line ?? 0) };
}

function isInGroup(pid: number, group: number): boolean {
  try {
    return statOf(pid).group === group;
  } catch {
    // It has ended since the list was read.
    return false;
  }
}

function statOf(pid: number): { readonly group: number; readonly userTicks: number; readonly systemTicks: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Fields after the command, which may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { group: Number(fields[2]), userTicks: Number(fields[11]), systemTicks: Number(fields[12]) };
}
