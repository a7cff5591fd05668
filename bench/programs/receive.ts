/**
 * Every figure that reads sockets, ours: a worker polls both lines with the native poller, arbitrates, builds the books
 * and calls a strategy in place, as the fused layout does. Twin: `c/receive.c`.
 *
 * Command line: core=… mode=wire|fill|gap|silence staleUs=… idle=spin|park sampleEvery=…
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Arbiter } from '../../src/feed/arbiter.ts';
import { type ArbiterConfig, defaultArbiterConfig } from '../../src/feed/arbiter-config.ts';
import { type FeedEvent, FeedEventKind, SwitchEvidence } from '../../src/feed/events.ts';
import { FeedCell } from '../../src/feed/feed-counters.ts';
import { type FeedSink, TimeCell } from '../../src/feed/sink.ts';
import { type DatagramPoller, SOCKET_CELLS, SocketCell } from '../../src/io/datagram.ts';
import { loadNative } from '../../src/io/native.ts';
import { createDatagramPoller } from '../../src/io/open.ts';
import { createIdleStrategy, type IdleKind, type IdleStrategy } from '../../src/runtime/idle.ts';
import type { Strategy } from '../../src/strategy/api.ts';
import { ItchFeedHandler } from '../../src/venues/nasdaq/itch-feed.ts';
import type { SystemEvent } from '../../src/venues/nasdaq/itch5-market.ts';
import type { AddOrder, OrderDelete } from '../../src/venues/nasdaq/itch5-orders.ts';
import { MoldUdp64Framer } from '../../src/venues/nasdaq/moldudp64.ts';
import { nowNs, pinThisThread, readClock } from '../lib/hot-thread.ts';
import { MemoryWatch } from '../lib/memory.ts';
import { encodeSamples } from '../lib/program.ts';
import { commandLine, serve, type Words } from '../lib/serve.ts';
import { askThread } from '../lib/thread.ts';
import { END_OF_SAMPLE, Mark, STAMP_MODULUS, TWO_32 } from '../lib/wire.ts';

const LINES = 2;
const RECEIVE_BUFFER_BYTES = 8 << 20;
const MAX_SAMPLES = 1 << 17;
const MAX_ORDERS = 1 << 16;
const MAX_INSTRUMENTS = 256;
const NEVER_NS = 3600e9;
/** Long enough for a generator that lost its core for a while: what the figures measure is not the hold-off. */
const HOLD_OFF_NS = 100e6;
/** What comes behind the end of a sample (copies of it) belongs to none. */
const QUIET_NS = 3e6;
const NS_PER_MS = 1e6;
const NS_PER_US = 1e3;

interface Settings {
  readonly mode: string;
  readonly core: number;
  readonly staleUs: number;
  readonly idle: IdleKind;
  readonly sampleEvery: number;
}

/** Cells that the strategy and the loop share: doubles, because a double in a field costs an allocation. */
const Shared = {
  /** Receive stamp of the packet in hand. */
  rxNs: 0,
  /** When the silent line's deadline passed, while its first delivery is awaited; else 0. */
  deadlineNs: 1,
} as const;
const shared = new Float64Array(2);

/** The line of the packet in hand, and of the unit under delivery. */
let packetLine = 0;
let unitSource = 0;

/** Sees decoded messages and notes the time that the figure asks for. */
class Probe implements Strategy {
  readonly latency = new Float32Array(MAX_SAMPLES);
  count = 0;
  messages = 0;
  checksum = 0;
  ended = false;
  private readonly mode: number;
  private readonly sampleEvery: number;

  constructor(mode: string, sampleEvery: number) {
    this.mode = ['wire', 'fill', 'gap', 'silence'].indexOf(mode);
    this.sampleEvery = sampleEvery;
  }

  onAddOrder(m: AddOrder): void {
    this.checksum =
      (this.checksum + m.refHi + m.refLo + m.side + m.shares + m.stockHi + m.stockLo + m.price4 + m.locate) | 0;
    this.note(m.tracking, m.timestampHi, m.timestampLo);
  }

  onOrderDelete(m: OrderDelete): void {
    this.checksum = (this.checksum + m.refHi + m.refLo + m.locate) | 0;
    this.note(m.tracking, m.timestampHi, m.timestampLo);
  }

  onSystemEvent(m: SystemEvent): void {
    if (m.eventCode === END_OF_SAMPLE) this.ended = true;
  }

  private note(mark: number, stampHigh: number, stampLow: number): void {
    this.messages++;
    switch (this.mode) {
      case 0: {
        if (this.messages % this.sampleEvery !== 0) return;
        readClock();
        const age = (nowNs[0]! % STAMP_MODULUS) - (stampHigh * TWO_32 + (stampLow >>> 0));
        this.add(age < 0 ? age + STAMP_MODULUS : age);
        return;
      }
      case 1:
        if (mark !== Mark.lastQueued || unitSource === packetLine) return;
        readClock();
        this.add(nowNs[0]! - shared[Shared.rxNs]!);
        return;
      case 2:
        if (mark !== Mark.missing || unitSource === packetLine) return;
        readClock();
        this.add(nowNs[0]! - shared[Shared.rxNs]!);
        return;
      default:
        if (shared[Shared.deadlineNs] === 0) return;
        readClock();
        this.add(nowNs[0]! - shared[Shared.deadlineNs]!);
        shared[Shared.deadlineNs] = 0;
    }
  }

  private add(ns: number): void {
    if (this.count < MAX_SAMPLES) this.latency[this.count++] = ns;
  }
}

/** Books, then the strategy, for each unit. */
class Sink implements FeedSink {
  readonly windowNs: number[] = [];
  private readonly handler: ItchFeedHandler;
  private readonly probe: Probe;
  private readonly staleAfterNs: number;
  private readonly heardNs: Float64Array;

  constructor(handler: ItchFeedHandler, probe: Probe, staleAfterNs: number, heardNs: Float64Array) {
    this.handler = handler;
    this.probe = probe;
    this.staleAfterNs = staleAfterNs;
    this.heardNs = heardNs;
  }

  onUnit(bytes: Uint8Array, view: DataView, offset: number, length: number, source: number): void {
    unitSource = source;
    this.handler.apply(bytes, view, offset, length);
    this.handler.dispatch(this.probe, bytes, view, offset, length);
  }

  onEvent(event: FeedEvent): void {
    if (event.kind !== FeedEventKind.switched || event.detail !== SwitchEvidence.silence) return;
    const heard = this.heardNs[event.otherLine]!;
    shared[Shared.deadlineNs] = heard + this.staleAfterNs;
    this.windowNs.push(event.numbers[2]! - heard);
  }
}

function arbiterConfig(settings: Settings): ArbiterConfig {
  const sticky = settings.mode === 'gap' || settings.mode === 'silence';
  return {
    ...defaultArbiterConfig,
    policy: sticky ? 'sticky' : 'first',
    failback: 'never',
    holdOffNs: HOLD_OFF_NS,
    holeCount: 0, // every hole meets the same active line
    staleAfterNs: settings.staleUs * NS_PER_US,
    // Silence alone decides: lag would see it sooner.
    lagUnits: sticky ? 1e9 : defaultArbiterConfig.lagUnits,
    lagNs: sticky ? NEVER_NS : defaultArbiterConfig.lagNs,
  };
}

/** One thread of the fused layout, reduced to what the figures need. */
class Router {
  readonly ports: number[] = [];
  readonly probe: Probe;
  readonly sink: Sink;
  private readonly poller: DatagramPoller;
  private readonly arbiter: Arbiter;
  private readonly idle: IdleStrategy;
  private readonly heardNs = new Float64Array(LINES);
  private readonly drops = new Float64Array(LINES);

  constructor(settings: Settings) {
    const config = arbiterConfig(settings);
    const handler = new ItchFeedHandler({ maxOrders: MAX_ORDERS, maxInstruments: MAX_INSTRUMENTS });
    this.probe = new Probe(settings.mode, settings.sampleEvery);
    this.sink = new Sink(handler, this.probe, config.staleAfterNs, this.heardNs);
    this.arbiter = new Arbiter(config, new MoldUdp64Framer(), this.sink);
    this.poller = createDatagramPoller('native');
    this.idle = createIdleStrategy({ kind: settings.idle }, loadNative(), new Int32Array(1), 0);
    for (let line = 0; line < LINES; line++) {
      const socket = this.poller.open({
        address: '127.0.0.1',
        port: 0,
        receiveBufferBytes: RECEIVE_BUFFER_BYTES,
      });
      this.ports.push(this.poller.localPort(socket));
    }
  }

  /** Until the end of the sample is seen. */
  run(limitNs: number): void {
    readClock();
    const end = nowNs[0]! + limitNs;
    while (!this.probe.ended && this.poller.nowNs[0]! < end) this.idle.idle(this.turn());
  }

  /** Takes what is left behind a sample. */
  settle(): void {
    readClock();
    const end = nowNs[0]! + QUIET_NS;
    while (this.poller.nowNs[0]! < end) this.turn();
  }

  get counts(): object {
    const { cells } = this.arbiter;
    return {
      lost: cells[FeedCell.lostUnits],
      gaps: cells[FeedCell.gapsOpened],
      switches: cells[FeedCell.switches],
      disagreements: cells[FeedCell.disagreements],
      kernelDrops: this.drops[0]! + this.drops[1]!,
    };
  }

  private turn(): number {
    const { poller, arbiter } = this;
    const count = poller.poll();
    for (let i = 0; i < count; i++) {
      const line = poller.packetSocket[i]!;
      const rx = poller.packetRxNs[i]!;
      shared[Shared.rxNs] = rx;
      this.heardNs[line] = rx;
      packetLine = line;
      arbiter.time[TimeCell.rxNs] = rx;
      arbiter.onPacket(line, poller.bytes, poller.view, poller.packetOffset[i]!, poller.packetLength[i]!);
      const drops = poller.socketCells[line * SOCKET_CELLS + SocketCell.kernelDrops]!;
      if (drops !== this.drops[line]) {
        this.drops[line] = drops;
        arbiter.onKernelDrops(line, drops);
      }
    }
    arbiter.time[TimeCell.nowNs] = poller.nowNs[0]!;
    arbiter.onTime();
    return count;
  }
}

if (isMainThread) {
  const settings: Settings = {
    mode: commandLine.text('mode', 'wire'),
    core: commandLine.number('core', -1),
    staleUs: commandLine.number('staleUs', 3_000_000),
    idle: commandLine.text('idle', 'spin') as IdleKind,
    sampleEvery: commandLine.number('sampleEvery', 1),
  };
  const worker = new Worker(new URL(import.meta.url), { workerData: settings });
  const { ports } = await askThread<{ ports: number[] }>(worker, {});
  serve({ ports }, async (words: Words, armed) => {
    worker.once('message', armed);
    const ready = askThread(worker, { limitMs: words.number('limitMs', 5000) });
    await ready;
    return await new Promise<object>((resolve) => worker.once('message', resolve));
  });
} else {
  const settings = workerData as Settings;
  pinThisThread(settings.core);
  const router = new Router(settings);
  const { probe } = router;
  const memory = new MemoryWatch();
  parentPort!.on('message', async ({ limitMs }: { limitMs?: number }) => {
    if (limitMs === undefined) {
      parentPort!.postMessage({ ports: router.ports });
      return;
    }
    router.settle();
    probe.count = 0;
    probe.messages = 0;
    probe.ended = false;
    router.sink.windowNs.length = 0;
    shared.fill(0);
    await memory.start();
    readClock();
    const start = nowNs[0]!;
    parentPort!.postMessage('armed');
    const usedBefore = MemoryWatch.used();
    router.run(limitMs * NS_PER_MS);
    const usedAfter = MemoryWatch.used();
    readClock();
    const ns = nowNs[0]! - start;
    const thread = await memory.stop('router', usedAfter);
    parentPort!.postMessage({
      ops: probe.messages,
      ns,
      ended: probe.ended,
      checksum: probe.checksum >>> 0,
      ...router.counts,
      windowNs: [...router.sink.windowNs],
      latency: encodeSamples(probe.latency.subarray(0, probe.count)),
      threads: [{ ...thread, allocatedBytes: usedAfter - usedBefore }],
    });
  });
}
