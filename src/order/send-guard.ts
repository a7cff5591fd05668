import type { Fence } from './fence.ts';
import { Hold, type KillSwitch } from './kill.ts';
import { RequestKind } from './refusal.ts';
import { RefusalReason } from './risk-reason.ts';

const CANCEL = RequestKind.cancel;
const FENCED = RefusalReason.fenced;
const KILLED = RefusalReason.killed;
const PAUSED = RefusalReason.pausedByOperator;
const DRAINING = RefusalReason.draining;
const PAUSE = Hold.paused;

/**
 * The last look before `send`, whatever was decided earlier: the fence refuses everything; the kill switch, a drain and a
 * pause what makes risk. (Behind it stands the session's own state: one that is not logged on takes no bytes.)
 */
export class SendGuard {
  private readonly fence: Fence;
  private readonly kill: KillSwitch;

  constructor(fence: Fence, kill: KillSwitch) {
    this.fence = fence;
    this.kill = kill;
  }

  /** @param request `RequestKind`. @returns a `RefusalReason`; 0 = send */
  check(request: number, strategy: number, account: number): number {
    if (this.fence.refuses()) return FENCED;
    if (request === CANCEL) return 0;
    if (this.kill.refuses(strategy, account)) return KILLED;
    const hold = this.kill.heldBy(strategy);
    if (hold === 0) return 0;
    return hold === PAUSE ? PAUSED : DRAINING;
  }
}
