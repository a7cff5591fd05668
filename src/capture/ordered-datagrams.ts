import type { CaptureBytes, CaptureFile } from './capture-bytes.ts';
import { type CaptureScan, type CaptureStamp, stampDifferenceNs } from './capture-scan.ts';
import { DatagramReader } from './datagram-reader.ts';
import type { LineTable } from './line-table.ts';
import type { Datagram } from './link-layer.ts';

const SLAB_BYTES = 1024 * 1024;

/** A piece of memory that payloads are copied into; it goes when the last datagram in it does. */
interface Slab {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** A line's datagram, with its own copy of the payload. */
export interface HeldDatagram extends CaptureStamp {
  /** Index of the line, as in the {@link LineTable}. */
  readonly line: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly offset: number;
  readonly length: number;
  /** The capture holds only part of it. */
  readonly truncated: boolean;
  /** Place among the datagrams of its file: equal stamps keep the file's order. */
  readonly order: number;
}

function before(a: HeldDatagram, b: HeldDatagram): boolean {
  if (a.seconds !== b.seconds) return a.seconds < b.seconds;
  if (a.nanoseconds !== b.nanoseconds) return a.nanoseconds < b.nanoseconds;
  return a.order < b.order;
}

/** A binary heap, earliest stamp first. */
class StampHeap {
  readonly #items: HeldDatagram[] = [];

  peek(): HeldDatagram | undefined {
    return this.#items[0];
  }

  push(item: HeldDatagram): void {
    const items = this.#items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(item, items[parent])) break;
      items[at] = items[parent];
      at = parent;
    }
    items[at] = item;
  }

  pop(): void {
    const items = this.#items;
    const last = items.pop();
    if (last === undefined || items.length === 0) return;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1], items[child])) child++;
      if (!before(items[child], last)) break;
      items[at] = items[child];
      at = child;
    }
    items[at] = last;
  }
}

/** One file's datagrams in order of their stamps. */
class OrderedFile {
  readonly #file: CaptureFile;
  readonly #displacementNs: number;
  readonly #lines: LineTable;
  readonly #heap = new StampHeap();
  readonly #reader: DatagramReader;
  #bytes: CaptureBytes | undefined;
  #ended = false;
  #latest: CaptureStamp = { seconds: Number.NEGATIVE_INFINITY, nanoseconds: 0 };
  #slab: Slab = { bytes: new Uint8Array(0), view: new DataView(new ArrayBuffer(0)) };
  #slabUsed = 0;
  #order = 0;

  constructor(scan: CaptureScan, lines: LineTable) {
    this.#file = scan.file;
    // Beyond 2^53 the span itself is rounded: a span that is a little too long is merely held a little longer.
    this.#displacementNs = scan.displacementNs * (1 + Number.EPSILON * 4);
    this.#lines = lines;
    this.#reader = new DatagramReader((datagram) => this.#hold(datagram));
  }

  /** The next datagram, if no earlier one can still come. */
  peek(): HeldDatagram | undefined {
    const head = this.#heap.peek();
    if (head === undefined || this.#ended) return head;
    return stampDifferenceNs(this.#latest, head) >= this.#displacementNs ? head : undefined;
  }

  pop(): void {
    this.#heap.pop();
  }

  get ended(): boolean {
    return this.#ended;
  }

  get bytesTaken(): number {
    return this.#bytes?.bytesTaken ?? 0;
  }

  async readMore(): Promise<void> {
    this.#bytes ??= await this.#file.open();
    const chunk = await this.#bytes.next();
    if (chunk !== undefined) this.#reader.push(chunk);
    if (chunk === undefined || this.#reader.capture.damage !== undefined) {
      this.#reader.end();
      this.#ended = true;
      await this.#bytes.close();
    }
  }

  async close(): Promise<void> {
    if (!this.#ended) await this.#bytes?.close();
    this.#ended = true;
  }

  #hold(datagram: Datagram): void {
    const line = this.#lines.find(datagram);
    if (line < 0) return;
    const { length, seconds, nanoseconds } = datagram;
    if (this.#slabUsed + length > this.#slab.bytes.length) {
      const bytes = new Uint8Array(Math.max(SLAB_BYTES, length));
      this.#slab = { bytes, view: new DataView(bytes.buffer) };
      this.#slabUsed = 0;
    }
    const { bytes, view } = this.#slab;
    const offset = this.#slabUsed;
    bytes.set(datagram.bytes.subarray(datagram.offset, datagram.offset + length), offset);
    this.#slabUsed += length;
    const { truncated } = datagram;
    const order = this.#order++;
    const held = { seconds, nanoseconds, line, bytes, view, offset, length, truncated, order };
    if (stampDifferenceNs(held, this.#latest) > 0) this.#latest = held;
    this.#heap.push(held);
  }
}

/**
 * The lines' datagrams of all files in order of their capture stamps; equal stamps keep the order of the files as given
 * and, within a file, that of its bytes. Memory is bounded by the files' disorder, which the scan has measured.
 *
 * Use: `next()` until it returns undefined, then `await readMore()`; the end is reached when that returns false.
 */
export class OrderedDatagrams {
  readonly #files: OrderedFile[];

  constructor(scans: readonly CaptureScan[], lines: LineTable) {
    this.#files = scans.map((scan) => new OrderedFile(scan, lines));
  }

  /** Bytes of all files taken so far. */
  get bytesTaken(): number {
    return this.#files.reduce((sum, file) => sum + file.bytesTaken, 0);
  }

  /** The next datagram, or undefined if more must be read to tell. */
  next(): HeldDatagram | undefined {
    let earliest: HeldDatagram | undefined;
    let from: OrderedFile | undefined;
    for (const file of this.#files) {
      const head = file.peek();
      if (head === undefined) {
        if (!file.ended) return undefined;
        continue;
      }
      if (
        earliest === undefined ||
        head.seconds < earliest.seconds ||
        (head.seconds === earliest.seconds && head.nanoseconds < earliest.nanoseconds)
      ) {
        earliest = head;
        from = file;
      }
    }
    from?.pop();
    return earliest;
  }

  /** Reads on where that is needed. @returns false at the end of all files */
  async readMore(): Promise<boolean> {
    let read = false;
    for (const file of this.#files) {
      if (file.ended || file.peek() !== undefined) continue;
      await file.readMore();
      read = true;
    }
    return read;
  }

  async close(): Promise<void> {
    for (const file of this.#files) await file.close();
  }
}
