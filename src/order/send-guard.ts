import type { Fence } from './fence.ts';
import type { KillSwitch } from './kill.ts';
import { RequestKind } from './refusal.ts';
import { RefusalReason } from './risk-reason.ts';

const CANCEL = RequestKind.cancel;
const FENCED = RefusalReason.fenced;
const KILLED = RefusalReason.killed;

/**
 * The last look before `send`, whatever was decided earlier: the fence refuses everything, the kill switch what makes
 * risk. (Behind it stands the session's own state: one that is not logged on takes no bytes.)
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
    return this.kill.refuses(strategy, account) ? KILLED : 0;
  }
}
