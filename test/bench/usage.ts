import { readFileSync } from 'node:fs';

/** What a process has used so far. */
export interface Usage {
  /** Processor time of all its threads, in user and kernel mode, to a hundredth of a second. */
  readonly cpuSeconds: number;
  /** Physical memory it holds now. */
  readonly rssBytes: number;
}

/** Linux counts processor time for user programs in hundredths of a second, whatever the kernel's own tick is. */
const TICKS_A_SECOND = 100;

/** Null where there is no `/proc`, and for a process that has ended. */
export function usageOf(pid: number): Usage | null {
  try {
    // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the name in brackets may hold anything, spaces included.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const rssKilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
    return { cpuSeconds: ticks / TICKS_A_SECOND, rssBytes: rssKilobytes * 1024 };
  } catch {
    return null;
  }
}
