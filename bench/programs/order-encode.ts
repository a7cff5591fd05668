/**
 * `order-encode`, ours: orders through the shipped gateway's `enter` (risk, session group, store, ledger, OUCH 5.0
 * encoding), with no socket and a journal that keeps nothing. Time is made up. Twin: `c/order_encode.c`.
 */

import { GatewayCell } from '../../src/order/gateway-parts.ts';
import { FeedStateCell } from '../../src/order/market-state.ts';
import { SlotField } from '../../src/order/order-layout.ts';
import { Marking, SessionState, TimeInForce } from '../../src/order/terms.ts';
import { ReportKind, ReportReason, VenueReport } from '../../src/order/venue-report.ts';
import { widenInlining } from '../../src/runtime/compiler.ts';
import { AnsweringVenue } from '../lib/answering-venue.ts';
import { nowNs, pinThisThread, readClock } from '../lib/hot-thread.ts';
import { MemoryWatch } from '../lib/memory.ts';
import { orderGuard } from '../lib/order-guard.ts';
import { OrderDay, Workload } from '../lib/order-setup.ts';
import { ScratchJournal } from '../lib/scratch-journal.ts';
import { commandLine, serve } from '../lib/serve.ts';

widenInlining(); // as the router does

const BLOCK = 512;
const MOST_ORDERS = 1 << 18;
/** With each look at the clock; four of them an order. */
const STEP_NS = 5000;
const WARM_ORDERS = 100_000;
const { strategy: strategyOf, instrument: instrumentOf, side: sideOf, shares: sharesOf, price4: price4Of } = Workload;

class MadeUpClock {
  readonly nowNs = Float64Array.of(1e12);
  read(): void {
    this.nowNs[0]! += STEP_NS;
  }
}

pinThisThread(commandLine.number('core', -1));
const clock = new MadeUpClock();
const venue = new AnsweringVenue();
const day = new OrderDay({
  maxOrders: MOST_ORDERS,
  shape: [1],
  clock,
  journal: new ScratchJournal(),
  utcOffset: Float64Array.of(1.7e9, 1),
  lastCheck: orderGuard(),
  dialler: () => venue,
});
const { loop, market, store } = day;
const { gateway } = loop;
const { facts } = loop.parts;
const session = loop.ports[0]!.sessions[0]!;
const nobody = { orderEvent() {} };
while (session.state !== SessionState.active) {
  clock.read();
  loop.turn(nobody);
}
venue.takeOnly();

function enterBlock(first: number): void {
  for (let i = first; i < first + BLOCK; i++) {
    const instrument = instrumentOf(i);
    const side = sideOf(i);
    const price4 = price4Of(market, instrument, side, i);
    gateway.enter(strategyOf(i), instrument, side, sharesOf(i), price4, TimeInForce.day, Marking.long, i);
  }
}

const report = new VenueReport();

/** The venue ends every order: not part of what is measured. */
function endAll(from: number): void {
  facts.nowNs[0] = clock.nowNs[0]!;
  report.kind = ReportKind.cancelled;
  report.reason = ReportReason.other;
  for (let slot = from; slot < store.count; slot++) {
    const base = store.base(slot);
    report.ref = store.int32[base + SlotField.ref]!;
    report.shares = store.int32[base + SlotField.leaves]!;
    facts.reported(0, 0, report);
  }
  loop.turn(nobody);
}

/** @returns ns that entering took */
function run(orders: number): number {
  let ns = 0;
  for (let first = 0; first < orders; first += BLOCK) {
    market.feedCells[FeedStateCell.heardNs] = clock.nowNs[0]!;
    readClock();
    const start = nowNs[0]!;
    enterBlock(first);
    readClock();
    ns += nowNs[0]! - start;
    endAll(first);
  }
  return ns;
}

run(WARM_ORDERS);
const memory = new MemoryWatch();
serve({}, async (words) => {
  day.begin();
  venue.checksum = 0;
  const refusedBefore = loop.parts.cells[GatewayCell.refused]!;
  await memory.start();
  const ns = run(words.number('orders', 200_000));
  const thread = await memory.stop('gateway', MemoryWatch.used());
  return {
    ops: store.count,
    ns,
    checksum: (venue.checksum >>> 0).toString(16),
    refused: loop.parts.cells[GatewayCell.refused]! - refusedBefore,
    threads: [thread],
  };
});
