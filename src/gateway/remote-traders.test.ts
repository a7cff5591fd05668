import { describe, expect, it } from 'vitest';
import type { OrderGateway } from '../order/gateway.ts';
import { STAMP_CELLS } from '../order/gateway-parts.ts';
import { OrderEvent } from '../order/order-events.ts';
import { RefusalCell } from '../order/refusal.ts';
import { RefusalReason } from '../order/risk-reason.ts';
import { ScopeRows } from '../order/risk-shape.ts';
import { Marking, Side, TimeInForce } from '../order/terms.ts';
import { SpscConsumer } from '../ring/spsc-ring.ts';
import { createSpscRing } from '../ring/spsc-ring-descriptor.ts';
import type { Clock } from '../runtime/clock.ts';
import { HISTOGRAM_CELLS } from '../runtime/histogram.ts';
import { createOrderLink, LATE_NS, LinkCells } from './order-link.ts';
import { type OrderReads, QueuedOrders } from './queued-orders.ts';
import { GatewayStallError, type RemoteOrderParts, RemoteOrders } from './remote-orders.ts';
import { RemoteTraders } from './remote-traders.ts';
import type { RouteReader } from './route-reader.ts';

/** A clock that the test moves; each look at it takes a step. */
class SteppedClock implements Clock {
  readonly nowNs = Float64Array.of(5e9);
  stepNs = 1000;
  read(): void {
    this.nowNs[0] += this.stepNs;
  }
  readUtcOffsetNs(): number {
    return 0;
  }
}

class GatewayStub {
  readonly refusal = new Float64Array(RefusalCell.cells);
  readonly stamps = new Float64Array(STAMP_CELLS);
  readonly calls: unknown[][] = [];
  next: number | undefined = undefined;

  enter(...args: number[]): number {
    return this.note('enter', args, this.next ?? this.calls.length + 1);
  }
  replace(...args: number[]): number {
    return this.note('replace', args, 0);
  }
  cancel(...args: number[]): number {
    return this.note('cancel', args, 0);
  }
  refuseLate(...args: number[]): number {
    this.refusal[RefusalCell.reason] = RefusalReason.late;
    return this.note('late', args, -RefusalReason.late);
  }
  private note(what: string, args: number[], result: number): number {
    this.calls.push([what, ...args]);
    return result;
  }
}

const SHAPE = { venues: ['v'], accounts: ['main'], strategies: [{ name: 'api', account: 0 }], instruments: [] };

function setUp(events = createSpscRing(4096)) {
  const link = { ...createOrderLink(), events };
  const clock = new SteppedClock();
  const stub = new GatewayStub();
  const cells = () => new Float64Array(HISTOGRAM_CELLS);
  const histograms = {
    wireToSent: cells(),
    risk: cells(),
    toSend: cells(),
    send: cells(),
    switch: cells(),
    answer: cells(),
  };
  const remotes = new RemoteTraders([undefined, link], stub as unknown as OrderGateway, clock, histograms);
  const queued = new QueuedOrders({} as OrderReads, new LinkCells(link.requests), clock, new ScopeRows(SHAPE));
  const waits = new RemoteOrders(
    { clock } as unknown as RemoteOrderParts,
    link.requests,
    1,
    0,
    0,
    [],
    {} as RouteReader,
  );
  return { link, clock, stub, remotes, queued, waits };
}

const enter = (queued: QueuedOrders, tag: number) =>
  queued.enter(3, Side.sell, 100, 10_000, TimeInForce.day, Marking.short, tag);

describe('requests of a thread that never waits', () => {
  it('reach the gateway one by one and in order, each with its own answer', async () => {
    const { stub, remotes, queued } = setUp();
    const asked = [enter(queued, 7), queued.replace(1, 50, 9000), queued.cancel(1)];
    const outcomes = Promise.all(asked);
    let done = false;
    void outcomes.then(() => {
      done = true;
    });
    while (!done) {
      remotes.serve();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await outcomes).toEqual([{ result: 1 }, { result: 0 }, { result: 0 }]);
    expect(stub.calls).toEqual([
      ['enter', 1, 3, Side.sell, 100, 10_000, TimeInForce.day, Marking.short, 7],
      ['replace', 1, 1, 50, 9000],
      ['cancel', 1, 1],
    ]);
  });

  it('that found nobody home are given up, and the one in the mailbox is refused as late, never sent', async () => {
    const { clock, stub, remotes, queued } = setUp();
    const first = enter(queued, 1);
    const second = enter(queued, 2).catch((error: Error) => error.name);
    clock.nowNs[0] += LATE_NS + 1e6;
    expect(await second).toBe('NotSentError');
    remotes.serve();
    expect(await first).toMatchObject({ result: -RefusalReason.late, why: expect.stringContaining('late: ') });
    expect(stub.calls).toEqual([['late', 1, 3]]);
  });

  it('are not piled up without end', async () => {
    const { queued } = setUp();
    const asked = Array.from({ length: 1100 }, (_, tag) => enter(queued, tag).catch((error: Error) => error.name));
    expect(await asked[1099]).toBe('NotSentError');
  });
});

describe('requests of a strategy that waits', () => {
  it('a stalled gateway: the request is not overwritten by the next, and is refused once it is late', () => {
    const { link, clock, stub, remotes, waits } = setUp();
    clock.stepNs = 1e9;
    expect(() => waits.enter(3, Side.buy, 100, 10_000)).toThrow(GatewayStallError);
    expect(() => waits.enter(4, Side.sell, 999, 1)).toThrow(GatewayStallError);
    expect(() => waits.cancel(5)).toThrow(GatewayStallError);
    expect(new LinkCells(link.requests).words.slice(3, 6)).toEqual(Int32Array.of(3, Side.buy, 100));
    clock.stepNs = 1000;
    remotes.serve();
    expect(stub.calls).toEqual([['late', 1, 3]]);
  });

  it('a cancel passes however late it is', () => {
    const { clock, stub, remotes, waits } = setUp();
    clock.stepNs = 1e9;
    expect(() => waits.cancel(5)).toThrow(GatewayStallError);
    remotes.serve();
    expect(stub.calls).toEqual([['cancel', 1, 5]]);
  });
});

it('a ring that was full: whoever lost events is told to look again before the next one (an execution went missing unsaid)', () => {
  const { link, remotes } = setUp();
  const told: number[][] = [];
  const read = () =>
    new SpscConsumer(link.events).drain(
      { onRecord: (_type, _bytes, view, at) => told.push([0, 4, 8, 12].map((n) => view.getInt32(at + n, true))) },
      10_000,
    );
  let sent = 0;
  // far more than the ring holds, and nobody reads
  for (; sent < 1000; sent++) remotes.orderEvent(1, OrderEvent.fill, sent, 1, 2);
  read();
  const kept = told.length;
  expect(kept).toBeLessThan(1000);
  expect(told.at(-1)).toEqual([OrderEvent.fill, kept - 1, 1, 2]);
  told.length = 0;
  remotes.serve();
  remotes.orderEvent(1, OrderEvent.order, 5, 0, 0);
  remotes.orderEvent(0, OrderEvent.order, 6, 0, 0);
  read();
  expect(told).toEqual([
    [OrderEvent.lookAgain, 0, 0, 0],
    [OrderEvent.order, 5, 0, 0],
  ]);
});
