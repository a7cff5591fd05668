import type { EvidenceSource } from './evidence-source.ts';
import type { OrderGateway } from './gateway.ts';
import type { GatewayParts } from './gateway-parts.ts';
import type { GatewayRoutes } from './gateway-routes.ts';
import { CancelCause } from './intents.ts';
import type { OrderEventSink } from './order-events.ts';
import { SlotField } from './order-layout.ts';
import type { OrderPort } from './order-port.ts';
import { OwedCancels } from './owed-cancels.ts';
import type { SessionGroup } from './session-group.ts';
import type { Readiness } from './session-stream.ts';
import { Evidence, OrderFlag } from './terms.ts';

/**
 * A gateway's duty cycle: moves every port's sessions, lets failbacks become due, hears other sources of evidence, hands
 * events to strategies, and after that writes losses to the orders they concern.
 */
export class GatewayLoop {
  readonly parts: GatewayParts;
  readonly gateway: OrderGateway;
  readonly routes: GatewayRoutes;
  private readonly sources: readonly EvidenceSource[];
  private readonly readiness: Readiness | undefined;
  private readonly owed: OwedCancels;

  constructor(
    parts: GatewayParts,
    gateway: OrderGateway,
    routes: GatewayRoutes,
    sources: readonly EvidenceSource[],
    readiness?: Readiness,
  ) {
    this.parts = parts;
    this.gateway = gateway;
    this.routes = routes;
    this.sources = sources;
    this.readiness = readiness;
    this.owed = new OwedCancels(parts, gateway);
  }

  get ports(): readonly OrderPort[] {
    return this.parts.ports;
  }

  get groups(): readonly SessionGroup[] {
    return this.parts.groups;
  }

  /**
   * Once, before the first turn: whatever was open when the last gateway ended was on sessions that are gone. The login of
   * each port, its replay and its barrier tell what became of it, before the port carries new orders.
   */
  begin(): void {
    const { ports, store } = this.parts;
    this.parts.clock.read();
    for (const port of ports) {
      if (store.openOfPort(port.index) === 0) continue;
      port.doubted = true;
      this.routes.portLost(port, port.sessions[0], Evidence.stopped);
    }
    this.routes.settleLosses();
    this.routes.showRoutes();
  }

  /**
   * One turn; `clock` has been read, or says when the thread's turn began and nothing has happened since: what sessions
   * read is told by a time of its own. Bounded.
   * @param sink is called for each event of a strategy, and may enter orders from within
   * @returns how much was done
   */
  turn(sink: OrderEventSink): number {
    const { ports, groups, events, clock } = this.parts;
    let work = 0;
    if (this.readiness !== undefined && this.readiness.look() > 0) clock.read();
    for (let i = 0; i < ports.length; i++) work += ports[i].turn();
    for (let i = 0; i < groups.length; i++) work += groups[i].turn();
    for (let i = 0; i < this.sources.length; i++) work += this.sources[i].turn(clock.nowNs, this.routes);
    work += this.owed.turn();
    work += events.drain(sink);
    this.routes.settleLosses();
    return work;
  }

  /**
   * Cancels what is open of a scope and can be reached. (What a kill or the day's end is to cancel and can't be reached is
   * cancelled as soon as it can: {@link OwedCancels}.)
   * @param strategy -1 = all
   * @param account -1 = all
   * @returns how many cancels went out
   */
  cancelOpen(strategy: number, account: number, cause: number): number {
    const { store, strategies } = this.parts;
    let sent = 0;
    for (let one = 0; one < strategies.length; one++) {
      if (strategy >= 0 && one !== strategy) continue;
      if (account >= 0 && strategies[one].account !== account) continue;
      for (let slot = store.firstOfStrategy(one); slot >= 0; ) {
        const next = store.nextOfStrategy(slot);
        const pending = (store.int32[store.base(slot) + SlotField.flags] & OrderFlag.pendingCancel) !== 0;
        if (!pending && this.gateway.cancelSlot(slot, cause) === 0) sent++;
        slot = next;
      }
    }
    return sent;
  }

  /** Orders that are not done, over all ports. */
  get openOrders(): number {
    let open = 0;
    for (const port of this.parts.ports) open += this.parts.store.openOfPort(port.index);
    return open;
  }

  /** The day is over: nothing new, and what is open is cancelled. */
  endDay(): number {
    this.routes.closeDay();
    return this.cancelOpen(-1, -1, CancelCause.endOfDay);
  }

  /** Closes every session. @param logOut say goodbye in the protocol's way */
  stop(logOut: boolean): void {
    this.parts.clock.read();
    for (const port of this.parts.ports) port.stop(logOut);
    this.routes.settleLosses();
    for (const source of this.sources) source.close();
  }
}
