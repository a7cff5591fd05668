import { coreTimeNs } from '../runtime/kernel-thread.ts';

/** Shares are taken over at least this long, so that they don't flicker. */
const WINDOW_NS = 0.5e9;

interface Look {
  readonly nowNs: number;
  readonly coreNs: number;
}

/** What share of the time threads of a process have spent on a core, as the kernel counts it. */
export class CoreTimeShares {
  private readonly pid: number;
  private readonly looks = new Map<number, { since: Look; share: number }>();

  constructor(pid: number) {
    this.pid = pid;
  }

  /** @param thread its number in the kernel @returns 0 to 1; NaN until so much time has passed, or where it is not known */
  share(thread: number, nowNs: number): number {
    const coreNs = coreTimeNs(this.pid, thread);
    const known = this.looks.get(thread);
    if (known === undefined) {
      this.looks.set(thread, { since: { nowNs, coreNs }, share: Number.NaN });
      return Number.NaN;
    }
    const elapsedNs = nowNs - known.since.nowNs;
    if (elapsedNs >= WINDOW_NS) {
      known.share = Math.min(1, Math.max(0, (coreNs - known.since.coreNs) / elapsedNs));
      known.since = { nowNs, coreNs };
    }
    return known.share;
  }
}
