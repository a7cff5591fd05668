/**
 * `arbitrate`, ours, and the feeds part of `scale`: packets in memory, each brought by line A and then by line B, no
 * gaps, copies compared. Twin: `c/arbitrate.c`. Command line: feeds=1 units=1.
 */
import { Arbiter } from '../../src/feed/arbiter.ts';
import { defaultArbiterConfig } from '../../src/feed/arbiter-config.ts';
import { FeedCell, LineCell, lineCell } from '../../src/feed/feed-counters.ts';
import { type FeedSink, TimeCell } from '../../src/feed/sink.ts';
import { widenInlining } from '../../src/runtime/compiler.ts';
import { MoldUdp64Framer } from '../../src/venues/nasdaq/moldudp64.ts';
import { nowNs, pinThisThread, readClock } from '../lib/hot-thread.ts';
import { MemoryWatch } from '../lib/memory.ts';
import { makePackets } from '../lib/packets.ts';
import { commandLine, serve } from '../lib/serve.ts';
import { Wire } from '../lib/wire.ts';

widenInlining(); // as the router does

// An engine loads an imported binding each time it is used; a module's own constants it compiles in, as C does.
const SEQUENCE_OFFSET = Wire.sequenceOffset;
const RX_NS = TimeCell.rxNs;

const PACKETS = 1024;
const PACKETS_PER_CLOCK = 4096;
const WARM_UP_BLOCKS = 50_000;
/** As far apart as in the twin; at a power of two, packets would contend for a few sets of the cache. */
const SLOT_BYTES = 1480;
const LINES = 2;
const LINE_SKEW_NS = 700;

class Sum implements FeedSink {
  sum = 0;
  onUnit(bytes: Uint8Array, _view: DataView, offset: number, length: number): void {
    this.sum = (this.sum + bytes[offset]! + length) | 0;
  }
  onEvent(): void {}
}

pinThisThread(commandLine.number('core', -1));
const units = commandLine.number('units', 1);
const feedCount = commandLine.number('feeds', 1);
const bytes = new Uint8Array(PACKETS * SLOT_BYTES);
const view = new DataView(bytes.buffer);
const lengths = Int32Array.from(
  makePackets(PACKETS, units).map((packet, i) => {
    bytes.set(packet, i * SLOT_BYTES);
    return packet.length;
  }),
);
const sink = new Sum();
const feeds = Array.from(
  { length: feedCount },
  () => new Arbiter({ ...defaultArbiterConfig, policy: 'first' }, new MoldUdp64Framer(), sink),
);
/** The next number of feed f: high word in cell 2f, low word in cell 2f + 1. */
const numbers = new Int32Array(feedCount * 2);
for (let f = 0; f < feedCount; f++) numbers[f * 2 + 1] = 1;
/** Cell 0: the stamp of the last packet. */
const rxNs = new Float64Array(1).fill(1e9);
let packet = 0;

/** `packets` packets, of all feeds in turn. @returns how many were shown to an arbiter */
function block(packets: number): number {
  let shown = 0;
  for (let i = 0; i < packets; i += feedCount) {
    const offset = packet * SLOT_BYTES;
    const length = lengths[packet]!;
    packet = (packet + 1) & (PACKETS - 1);
    for (let f = 0; f < feedCount; f++) {
      const arbiter = feeds[f]!;
      const high = numbers[f * 2]!;
      const low = numbers[f * 2 + 1]!;
      view.setInt32(offset + SEQUENCE_OFFSET, high);
      view.setInt32(offset + SEQUENCE_OFFSET + 4, low);
      numbers[f * 2 + 1] = low + units;
      if (low < 0 && low + units >= 0) numbers[f * 2] = high + 1;
      for (let line = 0; line < LINES; line++) {
        const rx = rxNs[0]! + LINE_SKEW_NS;
        rxNs[0] = rx;
        arbiter.time[RX_NS] = rx;
        arbiter.onPacket(line, bytes, view, offset, length);
      }
    }
    shown += feedCount * LINES;
  }
  for (let f = 0; f < feedCount; f++) {
    feeds[f]!.time[TimeCell.nowNs] = rxNs[0]!;
    feeds[f]!.onTime();
  }
  return shown;
}

function run(spanNs: number): number {
  readClock();
  const end = nowNs[0]! + spanNs;
  let ops = 0;
  while (nowNs[0]! < end) {
    ops += block(PACKETS_PER_CLOCK);
    readClock();
  }
  return ops;
}

/** 0 where every packet was delivered once, brought twice, and agreed. */
function wrong(): number {
  let n = 0;
  for (const { cells } of feeds) {
    n += cells[FeedCell.gapsOpened]! + cells[FeedCell.disagreements]!;
    if (cells[FeedCell.delivered] !== cells[lineCell(1, LineCell.duplicates)]) n++;
  }
  return n;
}

// Short ones first: entered in the middle of its first long loop, V8 compiles `block` without having seen its end, and
// throws the code away each time it gets there.
for (let i = 0; i < WARM_UP_BLOCKS; i++) block(feedCount);

const memory = new MemoryWatch();
serve({}, async (words) => {
  await memory.start();
  readClock();
  const start = nowNs[0]!;
  const ops = run(words.number('ms', 150) * 1e6);
  readClock();
  const ns = nowNs[0]! - start;
  const thread = await memory.stop('arbiter', MemoryWatch.used());
  return { ops, ns, checksum: (sink.sum >>> 0).toString(16), wrong: wrong(), threads: [thread] };
});
