import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderConnection, OrderConnectionSink } from '../../order/order-protocol.ts';
import { Marking, Side, TimeInForce } from '../../order/terms.ts';
import { ReportKind, type VenueReport } from '../../order/venue-report.ts';
import { orderProtocol } from '../../venues/order-registry.ts';
import { Random } from '../random.ts';
import type { HostConnection } from './host-connection.ts';
import { HouseFlow } from './house-flow.ts';
import { OrderVenue } from './order-venue.ts';
import { SYMBOLS } from './testing/core-rig.ts';
import { venuePort } from './testing/venue-rig.ts';

const PRICE4 = 100_000;
const STEP_NS = 1e6;
const WARM_HI = 0x5741524d;
const BLANK_LO = 0x20202020;

interface Known {
  leaves: number;
  sells: boolean;
}

/** What the product's own order connection makes of a venue: orders by reference, and a position, from reports alone. */
class ProductClient implements OrderConnectionSink {
  readonly connection: OrderConnection;
  readonly orders = new Map<number, Known>();
  readonly sides = new Map<number, boolean>();
  position = 0;
  ref = 0;
  problems: string[] = [];
  answers = 0;
  #line: HostConnection | undefined;
  readonly #venue: OrderVenue;

  constructor(venue: OrderVenue, protocol: string) {
    this.#venue = venue;
    const options = { username: 'P1', password: 'secret', session: '', day: 20260102, firm: 'WLNE' };
    this.connection = orderProtocol(protocol).createConnection(options, this);
  }

  /** Connects to a host, logs in, and asks for what was missed. */
  connect(host: string, nowNs: number): void {
    this.#line = this.#venue.host(host).connect(nowNs);
    this.connection.onOpen();
    this.connection.login(this.connection.session);
    this.move(nowNs);
  }

  drop(nowNs: number): void {
    this.#line?.onClosed(nowNs);
    this.#line = undefined;
    this.connection.onClosed('dropped');
  }

  /** Bytes go both ways until there are none. */
  move(nowNs: number): void {
    const line = this.#line;
    if (line === undefined) return;
    const { connection } = this;
    while (connection.outputLength > 0 || line.outputLength > 0) {
      const sent = connection.output.slice(0, connection.outputLength);
      connection.consumed(sent.length);
      line.onBytes(sent, 0, sent.length, nowNs);
      this.#venue.pump();
      const heard = line.output.slice(0, line.outputLength);
      line.consumed(heard.length);
      connection.onBytes(heard, 0, heard.length);
    }
  }

  act(random: Random): void {
    const live = [...this.orders].filter(([, { leaves }]) => leaves > 0).map(([ref]) => ref);
    const what = random.fraction();
    const side = random.below(2) as Side;
    const price4 = PRICE4 + (random.below(15) - 7) * 100;
    const shares = 1 + random.below(300);
    if (what < 0.5 || live.length === 0) {
      const life = random.chance(0.3) ? TimeInForce.immediateOrCancel : TimeInForce.day;
      this.sides.set(++this.ref, side === Side.sell);
      this.connection.enter(this.ref, side, Marking.long, shares, WARM_HI, BLANK_LO, price4, life);
    } else if (what < 0.75) {
      const previous = live[random.below(live.length)];
      const sells = this.sides.get(previous)!;
      this.sides.set(++this.ref, sells);
      this.connection.replace(previous, this.ref, sells ? Side.sell : Side.buy, Marking.long, shares, price4);
    } else this.connection.cancel(live[random.below(live.length)], random.chance(0.5) ? 0 : shares);
  }

  report(report: VenueReport): void {
    const { kind, ref, shares } = report;
    const order = this.orders.get(ref);
    switch (kind) {
      case ReportKind.accepted:
      case ReportKind.replaced:
        if (kind === ReportKind.replaced) this.orders.delete(report.previousRef);
        this.orders.set(ref, { leaves: shares, sells: report.side === Side.sell });
        return;
      case ReportKind.acceptedDead:
      case ReportKind.replacedDead:
        this.orders.delete(report.previousRef);
        return;
      case ReportKind.executed:
        if (order === undefined) this.problems.push(`executed ${ref}, which is not known`);
        else {
          order.leaves -= shares;
          this.position += order.sells ? -shares : shares;
        }
        return;
      case ReportKind.cancelled:
      case ReportKind.selfMatchCancelled:
        if (order === undefined) this.problems.push(`cancelled ${ref}, which is not known`);
        else order.leaves -= shares;
        return;
      case ReportKind.nextRef:
        this.answers++;
        return;
    }
  }

  loginAccepted(): void {}
  loginRejected(): void {
    this.problems.push('rejected');
  }
  heard(): void {}
  endOfSession(): void {}
  failed(): void {}
}

describe.each(['ouch50', 'ouch42'] as const)("the product's own %s client at the venue", (protocol) => {
  it('knows in the end what the venue knows, however often it was cut off, over whichever mirror', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const random = new Random(seed, 7);
        const port = venuePort('P1', ['a', 'b'], { protocol, secondLogin: 'displaces', selfMatch: 'oldest' });
        const venue = new OrderVenue({ seed, symbols: SYMBOLS, ports: [port] });
        const flow = new HouseFlow(venue.core.market, new Random(seed, 8), PRICE4);
        const client = new ProductClient(venue, protocol);
        let nowNs = 0;
        client.connect('a', nowNs);
        for (let i = 0; i < 80; i++) {
          nowNs += STEP_NS;
          for (let k = 0; k < 4; k++) flow.step();
          client.act(random);
          // Cut off before or after what was written has arrived.
          if (random.chance(0.5)) client.move(nowNs);
          if (random.chance(0.1)) {
            client.drop(nowNs);
            flow.step();
            client.connect(random.chance(0.5) ? 'a' : 'b', nowNs);
          }
        }
        client.move(nowNs);
        client.connection.barrier(++client.ref, Side.buy, WARM_HI, BLANK_LO);
        client.move(nowNs);
        expect(client.problems).toEqual([]);
        expect([client.connection.malformed, client.connection.foreign]).toEqual([0, 0]);
        if (protocol === 'ouch50') expect(client.answers).toBe(1);
        const { positions, orders } = venue.core.accountTruth('ours');
        expect(client.position).toBe(positions.find(({ symbol }) => symbol === 'WARM')?.shares ?? 0);
        const ours = [...client.orders.values()].map(({ leaves }) => leaves).filter((leaves) => leaves > 0);
        const numeric = (a: number, b: number): number => a - b;
        expect(ours.sort(numeric)).toEqual(orders.map(({ leaves }) => leaves).sort(numeric));
      }),
      { numRuns: 60 },
    );
  });
});
