/**
 * `journal-recovery`: a day's journal, written by the shipped writer and copier, and read as a start reads it.
 * `what=read`: every record checked and handed to a sink that takes each cell of it. `what=state`: a start of the order
 * half up to the state as it was: `openJournal` folds every record into a new store, ledger and table of fills.
 *
 * `node journal-recovery.ts records=10000000 directory=/tmp`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JournalCopier } from '../../src/gateway/journal-copier.ts';
import { hostDisk } from '../../src/gateway/journal-disk.ts';
import { openJournal } from '../../src/gateway/journal-open.ts';
import { openSources } from '../../src/gateway/journal-sources.ts';
import { loadNative } from '../../src/io/native.ts';
import { JournalDayWriter } from '../../src/journal/day-writer.ts';
import { JournalRing } from '../../src/journal/journal-ring.ts';
import { JournalWriter } from '../../src/journal/journal-writer.ts';
import { recoverJournal } from '../../src/journal/recovery.ts';
import { formatJournalRing, journalRingBytes } from '../../src/journal/ring-layout.ts';
import type { RecordBuffer, RecordSink } from '../../src/journal/segment-scan.ts';
import { FillTable } from '../../src/order/fill-table.ts';
import { Incident } from '../../src/order/incidents.ts';
import { Ledger } from '../../src/order/ledger.ts';
import { LinearMargin } from '../../src/order/linear-margin.ts';
import { OrderFacts } from '../../src/order/order-facts.ts';
import { OrderStore } from '../../src/order/order-store.ts';
import { RecordFold } from '../../src/order/record-fold.ts';
import { nowNs, pinThisThread, readClock } from '../lib/hot-thread.ts';
import { JournalDay, JournalStory, ordersFor } from '../lib/journal-workload.ts';
import { commandLine, serve } from '../lib/serve.ts';

const DEFAULT_RECORDS = 10_000_000;
const RING_CAPACITY_BYTES = 1 << 22;
const SEGMENT_BYTES = 64 << 20;
const ORDERS_PER_COPY = 2048;
const FILLS_PER_ORDER = 4; // as the gateway's setup
const MARGIN_RATE_BP = 2500;
const MEBIBYTE = 2 ** 20;
const KIBIBYTES_PER_MEBIBYTE = 1024;

/** Reads all of each record, and keeps nothing. */
class CellSink implements RecordSink {
  sum = 0;
  onRecord(type: number, buffer: RecordBuffer, offset: number, length: number): void {
    const { int32 } = buffer;
    let sum = this.sum ^ type;
    for (let cell = offset >> 2; cell < (offset + length) >> 2; cell++) sum = (sum + int32[cell]!) | 0;
    this.sum = sum;
  }
}

function writeJournal(directory: string, orders: number): void {
  const memory = new ArrayBuffer(journalRingBytes(RING_CAPACITY_BYTES));
  formatJournalRing(memory, JournalDay.identity, 1, 0, 0);
  const ring = new JournalRing(memory);
  const writer = new JournalWriter(ring, nowNs, Float64Array.of(1.7e9, 1));
  const options = { directory, segmentBytes: SEGMENT_BYTES, durability: 'process', syncIntervalNs: 1e12 } as const;
  const copier = new JournalCopier(memory, hostDisk, options, nowNs);
  copier.begin();
  const story = new JournalStory(writer);
  readClock();
  story.begin(new JournalDayWriter(writer, ring));
  for (let order = 1; order <= orders; order++) {
    readClock();
    if (!story.writeOrder()) throw new Error(`order ${order} found no room`);
    if (order % ORDERS_PER_COPY === 0) copier.doWork();
  }
  copier.close();
}

const memoryUsed = (): object => ({
  bufferMebibytes: process.memoryUsage().arrayBuffers / MEBIBYTE,
  peakResidentMebibytes: process.resourceUsage().maxRSS / KIBIBYTES_PER_MEBIBYTE,
});

function read(directory: string): object {
  const sources = openSources(hostDisk, directory, JournalDay.identity, undefined);
  try {
    const sink = new CellSink();
    readClock();
    const start = nowNs[0]!;
    const outcome = recoverJournal(sources, sink);
    readClock();
    return {
      ops: outcome.records,
      ns: nowNs[0]! - start,
      checksum: (sink.sum >>> 0).toString(16),
      journalMebibytes: outcome.position / MEBIBYTE,
      ...memoryUsed(),
    };
  } finally {
    sources.close();
  }
}

const incidentsOf = ({ float64, counters }: OrderStore): number =>
  Object.values(Incident).reduce((sum: number, incident) => sum + float64[counters + incident]!, 0);

function recoverState(directory: string, maxOrders: number): object {
  readClock();
  const start = nowNs[0]!;
  const { strategies, instruments, accounts, ports, identity } = JournalDay;
  const sizes = { strategies, instruments };
  const store = new OrderStore(OrderStore.memoryFor({ ...sizes, ports, maxOrders }));
  const fills = new FillTable(FillTable.memoryFor(maxOrders * FILLS_PER_ORDER));
  const margin = new LinearMargin(new Array<number>(instruments).fill(MARGIN_RATE_BP));
  const ledger = new Ledger(Ledger.memoryFor({ ...sizes, venues: 1, accounts }, margin), store, fills, {
    venueOfPort: new Array<number>(ports).fill(0),
    margin,
  });
  const fold = new RecordFold(new OrderFacts(store, ledger, fills));
  const opened = openJournal({ directory, ...identity }, fold, loadNative());
  readClock();
  const ns = nowNs[0]! - start;
  const { outcome } = opened;
  opened.close();
  let open = 0;
  for (let port = 0; port < ports; port++) open += store.openOfPort(port);
  return {
    ops: outcome.records,
    ns,
    orders: store.count,
    open,
    fills: fills.count,
    incidents: incidentsOf(store),
    journalMebibytes: outcome.position / MEBIBYTE,
    stateMebibytes: (store.memory.byteLength + fills.memory.byteLength + ledger.memory.byteLength) / MEBIBYTE,
    ...memoryUsed(),
  };
}

pinThisThread(commandLine.number('core', -1));
const records = commandLine.number('records', DEFAULT_RECORDS);
const orders = ordersFor(records);
const directory = mkdtempSync(join(commandLine.text('directory', tmpdir()), 'warmline-bench-journal-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
readClock();
writeJournal(directory, orders);

serve({ records, orders }, (words) =>
  words.text('what', 'read') === 'read' ? read(directory) : recoverState(directory, orders),
);
