import type { RecordBuffer, RecordSink } from '../journal/segment-scan.ts';
import { count } from './journal-read.ts';

/** Looks at the clock once in so many records. */
const RECORDS_PER_LOOK = 1 << 14;
const INTERVAL_MS = 200;

/** Runs a reading that says on a terminal how far it is. */
export function withProgress<Result>(sink: RecordSink, read: (sink: RecordSink) => Result): Result {
  if (!process.stderr.isTTY) return read(sink);
  const progress = new Progress(sink);
  try {
    return read(progress);
  } finally {
    progress.clear();
  }
}

class Progress implements RecordSink {
  private readonly sink: RecordSink;
  private records = 0;
  private drawnMs = performance.now();
  private drawn = false;

  constructor(sink: RecordSink) {
    this.sink = sink;
  }

  onRecord(type: number, buffer: RecordBuffer, offset: number, length: number): void {
    this.sink.onRecord(type, buffer, offset, length);
    if (++this.records % RECORDS_PER_LOOK !== 0) return;
    const nowMs = performance.now();
    if (nowMs - this.drawnMs < INTERVAL_MS) return;
    this.drawnMs = nowMs;
    this.drawn = true;
    process.stderr.write(`\r\x1b[K${count(this.records, 'record')}`);
  }

  clear(): void {
    if (this.drawn) process.stderr.write('\r\x1b[K');
  }
}
