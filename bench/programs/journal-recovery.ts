/**
 * `journal-recovery`: a day's journal, written by the shipped writer and copier, read as a start reads it: every record
 * checked and handed to a sink that takes each cell of it. `node journal-recovery.ts records=10000000 directory=/tmp`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JournalCopier } from '../../src/gateway/journal-copier.ts';
import { hostDisk } from '../../src/gateway/journal-disk.ts';
import { openSources } from '../../src/gateway/journal-sources.ts';
import { JournalRing } from '../../src/journal/journal-ring.ts';
import { JournalWriter } from '../../src/journal/journal-writer.ts';
import { recoverJournal } from '../../src/journal/recovery.ts';
import { formatJournalRing, journalRingBytes } from '../../src/journal/ring-layout.ts';
import type { RecordBuffer, RecordSink } from '../../src/journal/segment-scan.ts';
import { nowNs, pinThisThread, readClock } from '../lib/hot-thread.ts';
import { RECORDS_PER_ORDER, writeOrder } from '../lib/journal-workload.ts';
import { commandLine, serve } from '../lib/serve.ts';

const IDENTITY = { venue: 'bench', day: 20260101 };
const DEFAULT_RECORDS = 10_000_000;
const RING_CAPACITY_BYTES = 1 << 22;
const SEGMENT_BYTES = 64 << 20;
const ORDERS_PER_COPY = 4096;
const MEBIBYTE = 2 ** 20;

/** Reads all of each record, as folding it would. */
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
  formatJournalRing(memory, IDENTITY, 1, 0, 0);
  const writer = new JournalWriter(new JournalRing(memory), nowNs, Float64Array.of(1.7e9, 1));
  const options = { directory, segmentBytes: SEGMENT_BYTES, durability: 'process', syncIntervalNs: 1e12 } as const;
  const copier = new JournalCopier(memory, hostDisk, options, nowNs);
  copier.begin();
  for (let order = 1; order <= orders; order++) {
    readClock();
    if (!writeOrder(writer, order)) throw new Error(`order ${order} found no room`);
    if (order % ORDERS_PER_COPY === 0) copier.doWork();
  }
  copier.close();
}

pinThisThread(commandLine.number('core', -1));
const records = commandLine.number('records', DEFAULT_RECORDS);
const directory = mkdtempSync(join(commandLine.text('directory', tmpdir()), 'warmline-bench-journal-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
readClock();
writeJournal(directory, Math.ceil(records / RECORDS_PER_ORDER));

serve({ records }, () => {
  const sources = openSources(hostDisk, directory, IDENTITY, undefined);
  try {
    const sink = new CellSink();
    readClock();
    const start = nowNs[0]!;
    const outcome = recoverJournal(sources, sink);
    readClock();
    const { arrayBuffers } = process.memoryUsage();
    return {
      ops: outcome.records,
      ns: nowNs[0]! - start,
      checksum: (sink.sum >>> 0).toString(16),
      journalMebibytes: outcome.position / MEBIBYTE,
      bufferMebibytes: arrayBuffers / MEBIBYTE,
      peakResidentMebibytes: process.resourceUsage().maxRSS / 1024,
    };
  } finally {
    sources.close();
  }
});
