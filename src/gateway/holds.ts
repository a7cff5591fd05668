import type { JournalDayWriter } from '../journal/day-writer.ts';
import type { GatewayLoop } from '../order/gateway-loop.ts';
import { DrainState, GatewayCell } from '../order/gateway-parts.ts';
import { CancelCause } from '../order/intents.ts';
import { DrainMode, Hold, type KillSwitch } from '../order/kill.ts';
import { SlotField } from '../order/order-layout.ts';
import { OrderFlag, RouteStatus } from '../order/terms.ts';

/** Who hears of a pause or a drain. */
export interface HoldListener {
  paused(strategy: number, on: boolean): void;
  /** @param open orders that are not done */
  drain(state: DrainState, open: number): void;
}

/** What holds strategies back is carried out on. */
export interface HoldParts {
  readonly loop: GatewayLoop;
  readonly kill: KillSwitch;
  readonly dayJournal: JournalDayWriter;
  readonly listener: HoldListener;
}

/** How long a cancel of a drain may take before it is tried again. */
const CANCEL_AGAIN_NS = 1e9;
const Time = { cancelAtNs: 0 } as const;
/** `severity` of a plain note in the journal. */
const PLAIN = 0;

/**
 * Follows what holds strategies back, on the gateway's thread: tells each that it is killed, paused or drained, cancels what
 * rests in a drain, and says when nothing is open any more. Refusing needs none of this: every send looks itself.
 */
export class Holds {
  private readonly parts: HoldParts;
  private readonly cells: Float64Array;
  private readonly pauses: Uint8Array;
  private readonly times = new Float64Array(1);
  private mode: DrainMode = DrainMode.off;

  constructor(parts: HoldParts) {
    this.parts = parts;
    this.cells = parts.loop.parts.cells;
    this.pauses = new Uint8Array(parts.loop.parts.strategies.length);
  }

  /** Looks at the words; some hundred times a second is enough. @param nowNs cell 0: monotonic ns */
  look(nowNs: Float64Array): void {
    const { kill, loop } = this.parts;
    const { strategies } = loop.parts;
    kill.refresh();
    for (let strategy = 0; strategy < strategies.length; strategy++) {
      loop.routes.hold(strategy, this.statusOf(strategy, strategies[strategy].account));
      const on = kill.isPaused(strategy) ? 1 : 0;
      if (on !== this.pauses[strategy]) this.pauseChanged(strategy, on);
    }
    if (kill.drainMode !== this.mode) this.drainChanged(kill.drainMode, nowNs);
    if (this.mode !== DrainMode.off) this.drain(nowNs);
  }

  private statusOf(strategy: number, account: number): number {
    const { kill } = this.parts;
    if (kill.refuses(strategy, account)) return RouteStatus.killed;
    const hold = kill.heldBy(strategy);
    if (hold === Hold.none) return 0;
    return hold === Hold.paused ? RouteStatus.paused : RouteStatus.draining;
  }

  private pauseChanged(strategy: number, on: 0 | 1): void {
    const { loop, dayJournal, listener } = this.parts;
    this.pauses[strategy] = on;
    dayJournal.note(PLAIN, `strategy ${loop.parts.strategies[strategy].name} ${on === 1 ? 'is paused' : 'goes on'}`);
    listener.paused(strategy, on === 1);
  }

  private drainChanged(mode: DrainMode, nowNs: Float64Array): void {
    const isOn = mode !== DrainMode.off;
    this.mode = mode;
    this.times[Time.cancelAtNs] = nowNs[0];
    this.enter(
      isOn ? DrainState.draining : DrainState.off,
      isOn ? 'nobody may open risk: draining' : 'the drain has ended',
    );
  }

  private drain(nowNs: Float64Array): void {
    const isDrained = this.cells[GatewayCell.drain] === DrainState.drained;
    if (this.parts.loop.openOrders === 0) {
      if (!isDrained) this.enter(DrainState.drained, 'drained: nothing is open or in doubt');
      return;
    }
    if (isDrained) this.enter(DrainState.draining, 'draining again');
    if (this.mode !== DrainMode.cancel || nowNs[0] < this.times[Time.cancelAtNs]) return;
    this.times[Time.cancelAtNs] = nowNs[0] + CANCEL_AGAIN_NS;
    this.cancelReachable();
  }

  /** What can't be reached now is cancelled once it can be. */
  private cancelReachable(): void {
    const { ports, gateway, parts } = this.parts.loop;
    const { store } = parts;
    for (const port of ports) {
      if (!port.reachable) continue;
      for (let slot = store.firstOfPort(port.index); slot >= 0; ) {
        const next = store.nextOfPort(slot);
        const pending = (store.int32[store.base(slot) + SlotField.flags] & OrderFlag.pendingCancel) !== 0;
        if (!pending) gateway.cancelSlot(slot, CancelCause.operator);
        slot = next;
      }
    }
  }

  private enter(state: DrainState, text: string): void {
    this.cells[GatewayCell.drain] = state;
    this.parts.dayJournal.note(PLAIN, text);
    this.parts.listener.drain(state, this.parts.loop.openOrders);
  }
}
