import type { OrderGateway } from './gateway.ts';
import { GatewayCell as AllGatewayCells, type GatewayParts } from './gateway-parts.ts';
import { Incident } from './incidents.ts';
import { CancelCause } from './intents.ts';
import { SlotField } from './order-layout.ts';
import { RequestKind } from './refusal.ts';
import { RefusalReason } from './risk-reason.ts';
import { OrderFlag } from './terms.ts';

// An engine loads an imported binding, and from it, each time it is used; a module's own constants it compiles in.
const Cell = Object.freeze({ ...AllGatewayCells });
const CANCEL_VOID = Incident.cancelVoid;
const PENDING_CANCEL = OrderFlag.pendingCancel;
const OWED = OrderFlag.cancelOwed;

/** How often it is looked whether what should be gone still is there. */
const LOOK_EVERY_NS = 100e6;
const NO_CAUSE = -1;
const Time = { lookAtNs: 0, occasions: 1 } as const;

/**
 * Cancels that somebody wants and that are not under way: of orders that could not be reached when a kill was set or the
 * day was ended by us, that the venue refused then, that were lost with a session, that a replace before them made void.
 * Each is sent as soon as the order's port has been reconciled, and again until the order is gone.
 */
export class OwedCancels {
  private readonly parts: GatewayParts;
  private readonly gateway: OrderGateway;
  private readonly times = new Float64Array(2);
  /** Ports that take no more cancels at the moment: 1. */
  private readonly full: Uint8Array;
  private anyLeft = false;

  constructor(parts: GatewayParts, gateway: OrderGateway) {
    this.parts = parts;
    this.gateway = gateway;
    this.full = new Uint8Array(parts.ports.length);
  }

  /** @returns how many cancels went out */
  turn(): number {
    const { times } = this;
    const { store, cells, clock } = this.parts;
    const occasions = cells[Cell.portsRecovered] + store.float64[store.counters + CANCEL_VOID];
    const isNew = occasions !== times[Time.occasions];
    if (!isNew && clock.nowNs[0] < times[Time.lookAtNs]) return 0;
    times[Time.occasions] = occasions;
    times[Time.lookAtNs] = clock.nowNs[0] + LOOK_EVERY_NS;
    return this.look(isNew || this.anyLeft);
  }

  /** @param all look at every strategy's orders; else only at those that a kill or the day's end concerns as a whole */
  private look(all: boolean): number {
    const { store, strategies, cells, lastCheck } = this.parts;
    const ending = cells[Cell.dayEnded] !== 0;
    this.anyLeft = false;
    this.full.fill(0);
    let sent = 0;
    for (let strategy = 0; strategy < strategies.length; strategy++) {
      const { account } = strategies[strategy];
      const killed = lastCheck.check(RequestKind.replace, strategy, account) === RefusalReason.killed;
      if (!all && !killed && !ending) continue;
      for (let slot = store.firstOfStrategy(strategy); slot >= 0; ) {
        const next = store.nextOfStrategy(slot);
        sent += this.cancel(slot, killed, ending);
        slot = next;
      }
    }
    return sent;
  }

  private cancel(slot: number, killed: boolean, ending: boolean): number {
    const { store, ports } = this.parts;
    const base = store.base(slot);
    const flags = store.int32[base + SlotField.flags];
    if ((flags & PENDING_CANCEL) !== 0) return 0;
    const port = ports[store.int32[base + SlotField.port]];
    const cause = killed
      ? CancelCause.kill
      : (flags & OWED) !== 0
        ? CancelCause.again
        : ending && !port.dayOver
          ? CancelCause.endOfDay
          : NO_CAUSE;
    if (cause === NO_CAUSE) return 0;
    if (port.usable && this.full[port.index] === 0) {
      if (this.gateway.cancelSlot(slot, cause) === 0) return 1;
      this.full[port.index] = 1;
    }
    this.anyLeft = true;
    return 0;
  }
}
