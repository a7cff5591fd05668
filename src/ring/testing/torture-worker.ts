/** One end of a ring under torture: each record's length, type and every byte follow from its number. */
import { parentPort, workerData } from 'node:worker_threads';
import { BroadcastReader, BroadcastWriter, LAPPED } from '../broadcast-ring.ts';
import { SpscConsumer, SpscProducer } from '../spsc-ring.ts';

export type TortureRole = 'spscProducer' | 'spscConsumer' | 'broadcastWriter' | 'broadcastReader';

export interface TortureTask {
  readonly role: TortureRole;
  readonly memory: SharedArrayBuffer;
  /** Cell 0: set to 1 when the writing end has finished. Cell 1: wait here. Cell 2: readers that are ready. */
  readonly control: SharedArrayBuffer;
  readonly seed: number;
  readonly records: number;
  readonly maxLength: number;
  /** Readers that the broadcast writer waits for. */
  readonly readers?: number;
  /** A reader that dawdles for so many turns of a loop after each record. */
  readonly dawdle?: number;
}

export interface TortureResult {
  readonly role: TortureRole;
  /** Records seen, or written. */
  readonly records: number;
  /** Records whose bytes or order were wrong: must be 0. */
  readonly faults: number;
  readonly lapped: number;
  readonly refused: number;
  /** What dawdling computed, so that it is not optimised away. */
  readonly dawdled?: number;
}

const task = workerData as TortureTask;
const control = new Int32Array(task.control);
const PAUSE_MS = 0.01;
/** Broadcast: now and then the writer lets the readers catch up, or they would be lapped all the time. */
const WRITER_PAUSE_EVERY = 5000;

parentPort!.postMessage(run());

function run(): TortureResult {
  switch (task.role) {
    case 'spscProducer':
      return produce();
    case 'spscConsumer':
      return consume();
    case 'broadcastWriter':
      return broadcast();
    case 'broadcastReader':
      return read();
  }
}

function mix(a: number, b: number): number {
  let h = (Math.imul(a ^ task.seed, 0x9e3779b1) + Math.imul(b + 1, 0x85ebca6b)) | 0;
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return h ^ (h >>> 13);
}

function lengthOf(number: number): number {
  return (mix(number, -1) >>> 1) % (task.maxLength + 1);
}

/** Every byte depends on the record's number, so that bytes of two records are never taken for one. */
function fill(view: DataView, offset: number, length: number, number: number): void {
  for (let i = 0; i < length; i++) view.setUint8(offset + i, mix(number, i >> 2) >> ((i & 3) * 8));
}

function isWhole(view: DataView, offset: number, length: number, number: number): boolean {
  if (length !== lengthOf(number)) return false;
  for (let i = 0; i < length; i++) {
    if (view.getUint8(offset + i) !== ((mix(number, i >> 2) >> ((i & 3) * 8)) & 0xff)) return false;
  }
  return true;
}

function produce(): TortureResult {
  const producer = new SpscProducer(task.memory);
  const source = new DataView(new ArrayBuffer(task.maxLength + 1));
  let pending = 0;
  for (let number = 0; number < task.records; number++) {
    const length = lengthOf(number);
    // By turns in place, by copy, and in batches that share a commit, some of them begun and taken back.
    const way = mix(number, -2) & 3;
    for (;;) {
      if (way === 0) {
        if (pending === 0 && producer.claim(number, 3) >= 0) producer.abort();
        const at = producer.claim(number, length);
        if (at >= 0) {
          fill(producer.view, at, length, number);
          producer.commit();
          break;
        }
      } else {
        fill(source, 1, length, number);
        if (way === 1 ? producer.write(number, source, 1, length) : producer.append(number, source, 1, length)) break;
      }
      producer.commit();
      Atomics.wait(control, 1, 0, PAUSE_MS);
    }
    pending = way < 2 ? 0 : pending + 1;
    if (pending > 20) {
      producer.commit();
      pending = 0;
    }
  }
  producer.commit();
  return { role: task.role, records: task.records, faults: 0, lapped: 0, refused: producer.refused };
}

function consume(): TortureResult {
  const consumer = new SpscConsumer(task.memory);
  let number = 0;
  let faults = 0;
  const handler = {
    onRecord(type: number, _bytes: Uint8Array, view: DataView, offset: number, length: number): void {
      if (type !== number || !isWhole(view, offset, length, number)) faults++;
      number++;
    },
  };
  while (number < task.records && faults === 0) {
    if (consumer.drain(handler, 1 + (mix(number, -3) & 63)) === 0) Atomics.wait(control, 1, 0, PAUSE_MS);
  }
  return { role: task.role, records: number, faults, lapped: 0, refused: 0 };
}

function broadcast(): TortureResult {
  const writer = new BroadcastWriter(task.memory);
  while (Atomics.load(control, 2) < task.readers!) Atomics.wait(control, 1, 0, PAUSE_MS);
  for (let number = 0; number < task.records; number++) {
    const length = lengthOf(number);
    const at = writer.claim(number, length);
    fill(writer.view, at, length, number);
    if ((mix(number, -2) & 3) !== 0) writer.commit();
    if (number % WRITER_PAUSE_EVERY === 0) Atomics.wait(control, 1, 0, PAUSE_MS);
  }
  writer.commit();
  Atomics.store(control, 0, 1);
  return { role: task.role, records: task.records, faults: 0, lapped: 0, refused: 0 };
}

function read(): TortureResult {
  const reader = new BroadcastReader(task.memory);
  Atomics.add(control, 2, 1);
  let expected = 0;
  let records = 0;
  let faults = 0;
  let dawdled = 0;
  const handler = {
    onRecord(type: number, _bytes: Uint8Array, view: DataView, offset: number, length: number): void {
      // After a lap the number may have jumped forward, never back; else it is the next one.
      if (expected >= 0 ? type !== expected : type < ~expected) faults++;
      if (!isWhole(view, offset, length, type)) faults++;
      expected = type + 1;
      records++;
      for (let i = 0; i < (task.dawdle ?? 0); i++) dawdled = mix(dawdled, i);
    },
  };
  for (;;) {
    const finished = Atomics.load(control, 0) === 1;
    const shown = reader.poll(handler, 32);
    if (shown === LAPPED) {
      reader.resync();
      expected = ~Math.max(expected, 0);
    } else if (shown === 0 && finished) break;
  }
  return { role: task.role, records, faults, lapped: reader.lapped, refused: 0, dawdled };
}
