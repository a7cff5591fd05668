/** The order half over real sockets, for the figures in which sessions fail. */
import { GatewayReporter } from '../../src/gateway/gateway-report.ts';
import { connectStream } from '../../src/io/open.ts';
import type { JournalOutput } from '../../src/journal/journal-ring.ts';
import { GatewayCell } from '../../src/order/gateway-parts.ts';
import { FeedStateCell } from '../../src/order/market-state.ts';
import { SlotField } from '../../src/order/order-layout.ts';
import type { Session } from '../../src/order/session.ts';
import type { SessionOptions } from '../../src/order/session-options.ts';
import { Marking, TimeInForce } from '../../src/order/terms.ts';
import { ReportKind, ReportReason, VenueReport } from '../../src/order/venue-report.ts';
import { SpscConsumer, SpscProducer } from '../../src/ring/spsc-ring.ts';
import { createSpscRing } from '../../src/ring/spsc-ring-descriptor.ts';
import { nowNs, readClock } from './hot-thread.ts';
import { orderGuard } from './order-guard.ts';
import { OrderDay, Workload } from './order-setup.ts';

const REPORT_RING_BYTES = 1 << 22;
const MOST_REPORTS = 1 << 20;
const PATIENCE_NS = 5e9;
/** So long that nothing but the venue's own end of a connection says that a session failed. */
const NEVER_NS = 1e15;

/** How the sessions of these figures are kept, where that differs from the defaults. */
export const FAILOVER_SESSION: Partial<SessionOptions> = {
  // orders stay unanswered on purpose: without this the deadline would be the evidence, not the reset
  ackDeadlineFloorNs: NEVER_NS,
  // dialled again soon: outside of what is measured
  backoff: { firstNs: 100e3, maxNs: 1e6 },
};

export interface LiveSetup {
  /** TCP ports of the venue's hosts, in order. */
  readonly tcpPorts: readonly number[];
  /** See `OrderSetup.shape`. */
  readonly shape: readonly number[];
  readonly maxOrders: number;
  readonly journal: JournalOutput;
  readonly session?: Partial<SessionOptions>;
}

/** Store, risk, ledger, journal and sessions as a router has them, and a strategy with an order that waits. */
export class LiveOrders {
  readonly day: OrderDay;
  /** A strategy holds an order back until it hears that it may go another way than over this session. */
  waitingFor: Session | undefined;
  private readonly reports = new SpscConsumer(createSpscRing(REPORT_RING_BYTES));
  private readonly reporter: GatewayReporter;
  private readonly report = new VenueReport();
  private readonly ignore = { onRecord() {} };
  private entered = 0;

  constructor(setup: LiveSetup) {
    const { shape, tcpPorts } = setup;
    this.reporter = new GatewayReporter(new SpscProducer(this.reports.bytes.buffer), nowNs);
    this.day = new OrderDay({
      maxOrders: setup.maxOrders,
      shape,
      clock: { nowNs, read: readClock },
      journal: setup.journal,
      utcOffset: Float64Array.of(1.7e9, 1),
      lastCheck: orderGuard(),
      voice: this.reporter,
      session: setup.session ?? FAILOVER_SESSION,
      // what is sent within a moment here is a day's worth of messages
      messagesNs: 1e6,
      dialler: (port, host) => {
        const first = shape.slice(0, port).reduce((sum, hosts) => sum + hosts, 0);
        const tcpPort = tcpPorts[first + host]!;
        const options = { address: '127.0.0.1', port: tcpPort, noDelay: true, keepAlive: true, userTimeoutMs: 5000 };
        return { dial: () => connectStream('native', options) };
      },
    });
  }

  /** One turn, as the gateway's thread makes it. */
  turn(): void {
    readClock();
    this.reporter.turn();
    this.day.loop.turn(this);
  }

  /** The strategy: its waiting order goes out with the first word that there is another way. */
  orderEvent(strategy: number, _kind: number): void {
    if (this.waitingFor === undefined || strategy !== Workload.strategy(this.entered)) return;
    const carrier = this.carrier;
    if (carrier !== undefined && carrier !== this.waitingFor && this.enter() > 0) this.waitingFor = undefined;
  }

  /** Sends the next order of the workload. @returns its number, or minus the reason of the refusal */
  enter(): number {
    const i = this.entered;
    const { market, loop } = this.day;
    const instrument = Workload.instrument(i);
    const side = Workload.side(i);
    const price4 = Workload.price4(market, instrument, side, i);
    const shares = Workload.shares(i);
    const number = loop.gateway.enter(
      Workload.strategy(i),
      instrument,
      side,
      shares,
      price4,
      TimeInForce.day,
      Marking.long,
      i,
    );
    if (number > 0) this.entered++;
    return number;
  }

  /** Sends orders until that many are in flight. @throws if one is refused */
  fill(inflight: number): void {
    this.day.market.feedCells[FeedStateCell.heardNs] = nowNs[0]!;
    while (this.day.loop.openOrders < inflight) {
      const number = this.enter();
      if (number < 0) throw new Error(`an order was refused: ${-number}`);
    }
  }

  /** Turns until it is so. */
  turnUntil(done: () => boolean, what: string): void {
    readClock();
    const deadline = nowNs[0]! + PATIENCE_NS;
    while (!done()) {
      this.turn();
      if (nowNs[0]! > deadline) throw new Error(`${what}: not within ${PATIENCE_NS / 1e9} s; ${this.standing()}`);
    }
    this.reports.drain(this.ignore, MOST_REPORTS);
  }

  /** Session that new orders take. */
  get carrier(): Session | undefined {
    return this.day.loop.groups[0]!.leading?.holder;
  }

  get unknown(): number {
    return this.day.loop.parts.cells[GatewayCell.unknown]!;
  }

  /** The venue ends whatever is open: not part of what is measured. */
  endAll(): void {
    const { store, loop } = this.day;
    const { report } = this;
    const { facts } = loop.parts;
    report.kind = ReportKind.cancelled;
    report.reason = ReportReason.other;
    for (const port of loop.ports) {
      for (let slot = store.firstOfPort(port.index); slot >= 0; slot = store.firstOfPort(port.index)) {
        const base = store.base(slot);
        facts.nowNs[0] = nowNs[0]!;
        report.ref = store.int32[base + SlotField.ref]!;
        report.shares = store.int32[base + SlotField.leaves]!;
        facts.reported(port.index, port.index, report);
      }
    }
    this.turn();
    this.reports.drain(this.ignore, MOST_REPORTS);
  }

  private standing(): string {
    const { ports } = this.day.loop;
    const sessions = ports.flatMap((port) => port.sessions.map(({ name, state }) => `${name} ${state}`));
    return `sessions ${sessions.join(', ')}, ${this.day.loop.openOrders} orders open, ${this.unknown} unknown`;
  }
}
