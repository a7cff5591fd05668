/**
 * A process that writes one of each record into a mapped ring and kills itself, by SIGKILL, at the store that it was told:
 * `node killed-writer.ts RINGFILE BYTES RECORD PLACE`, PLACE being `first`, `middle`, `before` (the last store before the
 * one that publishes the record) or `after` (that one).
 */
import { loadNative } from '../../io/native.ts';
import { JournalDayWriter } from '../../journal/day-writer.ts';
import { JournalRing } from '../../journal/journal-ring.ts';
import { JournalWriter } from '../../journal/journal-writer.ts';
import { recordStores } from '../../ring/testing/store-log.ts';
import { EVERY_RECORD } from './every-record.ts';

const [path, bytes, name, place] = process.argv.slice(2);

function writersOver(memory: ArrayBuffer) {
  const ring = new JournalRing(memory);
  const writer = new JournalWriter(ring, Float64Array.of(1e9), new Float64Array(2));
  return { ring, writer, day: new JournalDayWriter(writer, ring) };
}

type Writers = ReturnType<typeof writersOver>;

/** Writes a record with every store of writer and ring seen. */
function watched({ ring, writer, day }: Writers, write: (typeof EVERY_RECORD)[number][1], onStore: () => void): void {
  recordStores(ring, () => recordStores(writer, () => write(writer, day), onStore), onStore);
}

function storesOf(write: (typeof EVERY_RECORD)[number][1], formatted: ArrayBuffer): number {
  let stores = 0;
  watched(writersOver(formatted.slice(0)), write, () => stores++);
  return stores;
}

const memory = loadNative()!.mapFile(path, Number(bytes), 0) as ArrayBuffer;
const writers = writersOver(memory);
for (const [record, write] of EVERY_RECORD) {
  if (record !== name) {
    write(writers.writer, writers.day);
    continue;
  }
  const all = storesOf(write, memory);
  const at = { first: 1, middle: all >> 1, before: all - 1, after: all }[place]!;
  let stores = 0;
  watched(writers, write, () => {
    if (++stores === at) process.kill(process.pid, 'SIGKILL');
  });
}
process.exit(1);
