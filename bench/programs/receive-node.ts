/**
 * The naive twin of the figures that read sockets, as an application programmer writes it: `dgram` sockets in a worker,
 * a Map of what is pending, a decoded object handed to the strategy on the main thread by `postMessage`.
 *
 * Command line: mode=wire|fill|gap|silence staleUs=…
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { pinThisThread } from '../lib/hot-thread.ts';
import { encodeSamples } from '../lib/program.ts';
import { commandLine, serve } from '../lib/serve.ts';
import { ageNs, END_OF_SAMPLE, Mark, MessageType, stampOf, Wire } from '../lib/wire.ts';

const RECEIVE_BUFFER_BYTES = 4 << 20;
const CHECK_SILENCE_MS = 1;

interface Orders {
  readonly type: 'go' | 'stop';
}

interface Decoded {
  readonly type: number;
  readonly stamp: number;
  readonly mark: number;
  readonly reference?: bigint;
  readonly side?: string;
  readonly shares?: number;
  readonly stock?: string;
  readonly price?: number;
  readonly code?: number;
  /** When the receive callback of the packet that set it free was entered. */
  readonly rx: bigint;
  readonly held: boolean;
  readonly sinceDeadline?: bigint;
}

type Message = { kind: 'ports'; ports: number[] } | { kind: 'unit'; unit: Decoded } | { kind: 'sample'; ns: number };

function decode(unit: Buffer, rx: bigint, held: boolean, deadline: bigint | undefined): Decoded {
  const view = new DataView(unit.buffer, unit.byteOffset, unit.byteLength);
  const head = {
    type: unit[0]!,
    stamp: stampOf(view, 0),
    mark: unit.readUInt16BE(Wire.trackingOffset),
    rx,
    held,
    ...(deadline === undefined ? {} : { sinceDeadline: deadline }),
  };
  switch (unit[0]) {
    case MessageType.add:
      return {
        ...head,
        reference: unit.readBigUInt64BE(11),
        side: String.fromCharCode(unit[19]!),
        shares: unit.readUInt32BE(20),
        stock: unit.toString('latin1', 24, 32).trim(),
        price: unit.readUInt32BE(32) / 10_000,
      };
    case MessageType.delete:
      return { ...head, reference: unit.readBigUInt64BE(11) };
    default:
      return { ...head, code: unit[Wire.systemEventCodeOffset]! };
  }
}

/** The line reader: its own worker. Under `wire` units go to the main thread; the other figures end where it delivers. */
class Reader {
  private readonly pending = new Map<bigint, { unit: Buffer; line: number }>();
  private next = 0n;
  private active = 0;
  /** Under `sticky`: what the leading line has shown, and so what may be delivered. */
  private shown = 0n;
  private readonly heard = [0n, 0n];
  private readonly sticky: boolean;
  private readonly staleNs: bigint;
  private readonly deliver: (unit: Decoded) => void;
  private deadline: bigint | undefined = undefined;

  constructor(sticky: boolean, staleNs: bigint, deliver: (unit: Decoded) => void) {
    this.sticky = sticky;
    this.staleNs = staleNs;
    this.deliver = deliver;
  }

  onPacket(line: number, packet: Buffer): void {
    const rx = process.hrtime.bigint();
    this.heard[line] = rx;
    let number = packet.readBigUInt64BE(Wire.sequenceOffset);
    const count = packet.readUInt16BE(Wire.countOffset);
    if (this.next === 0n) this.next = number;
    let at = Wire.moldHeaderBytes;
    for (let i = 0; i < count; i++, number++) {
      const length = packet.readUInt16BE(at);
      const unit = packet.subarray(at + 2, at + 2 + length);
      at += 2 + length;
      if (number < this.next) continue;
      if (!this.sticky || line === this.active || !this.pending.has(number)) this.pending.set(number, { unit, line });
    }
    if ((!this.sticky || line === this.active) && number - 1n > this.shown) this.shown = number - 1n;
    this.drain(line, rx);
  }

  private drain(line: number, rx: bigint): void {
    while (this.next <= this.shown) {
      const found = this.pending.get(this.next);
      if (found === undefined) return;
      this.pending.delete(this.next);
      this.next++;
      const deadline = this.deadline;
      this.deadline = undefined;
      this.deliver(decode(found.unit, rx, found.line !== line, deadline));
    }
  }

  checkSilence(): void {
    const now = process.hrtime.bigint();
    const due = this.heard[this.active]! + this.staleNs;
    const other = 1 - this.active;
    if (now > due && this.heard[other]! + this.staleNs > now) {
      this.active = other;
      this.deadline = due;
      for (const number of this.pending.keys()) if (number > this.shown) this.shown = number;
      this.drain(other, now);
    }
  }

  /** A new sample: what an earlier one left unfinished (a datagram that the kernel dropped) is forgotten. */
  rearm(): void {
    this.heard.fill(process.hrtime.bigint());
    this.pending.clear();
    this.next = 0n;
    this.shown = 0n;
    this.deadline = undefined;
  }
}

/** Latency of one delivery as its figure defines it, or undefined. */
function latencyOf(mode: string, unit: Decoded): number | undefined {
  const now = process.hrtime.bigint();
  switch (mode) {
    case 'wire':
      return ageNs(unit.stamp, Number(now));
    case 'fill':
      return unit.mark === Mark.lastQueued && unit.held ? Number(now - unit.rx) : undefined;
    case 'gap':
      return unit.mark === Mark.missing && unit.held ? Number(now - unit.rx) : undefined;
    default:
      return unit.sinceDeadline === undefined ? undefined : Number(now - unit.sinceDeadline);
  }
}

async function openLine(line: number, reader: Reader): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
  socket.on('message', (packet) => reader.onPacket(line, packet));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

/** The strategy: notes what it sees until the sample ends. */
class Strategy {
  private latency: number[] = [];
  private ops = 0;
  private readonly mode: string;
  private ended: (() => void) | undefined;

  constructor(mode: string) {
    this.mode = mode;
  }

  onUnit(unit: Decoded): void {
    this.ops++;
    if (unit.type === MessageType.systemEvent) {
      if (unit.code === END_OF_SAMPLE) this.ended?.();
      return;
    }
    const latency = latencyOf(this.mode, unit);
    if (latency !== undefined) this.latency.push(latency);
  }

  async sample(limitMs: number): Promise<object> {
    this.latency = [];
    this.ops = 0;
    const start = process.hrtime.bigint();
    const ended = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), limitMs);
      this.ended = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
    const ns = Number(process.hrtime.bigint() - start);
    return { ops: this.ops, ns, ended, latency: encodeSamples(Float32Array.from(this.latency)) };
  }
}

if (isMainThread) {
  const mode = commandLine.text('mode', 'wire');
  const core = commandLine.number('core', -1);
  pinThisThread(core);
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { mode, core, staleUs: commandLine.number('staleUs', 3_000_000) },
  });
  const [first] = (await once(worker, 'message')) as [Message];
  const strategy = new Strategy(mode);
  worker.on('message', (message: Message) => {
    if (message.kind === 'unit') strategy.onUnit(message.unit);
  });
  serve({ ports: first.kind === 'ports' ? first.ports : [] }, async (words, armed) => {
    const limitMs = words.number('limitMs', 5000);
    const orders: Orders = { type: 'go' };
    if (mode === 'wire') {
      const sample = strategy.sample(limitMs);
      worker.postMessage(orders);
      armed();
      return sample;
    }
    const answer = once(worker, 'message');
    worker.postMessage({ ...orders, limitMs });
    armed();
    return (await answer)[0];
  });
} else {
  const { mode, core, staleUs } = workerData as { mode: string; core: number; staleUs: number };
  pinThisThread(core);
  const own = new Strategy(mode);
  const deliver =
    mode === 'wire'
      ? (unit: Decoded) => parentPort!.postMessage({ kind: 'unit', unit } satisfies Message)
      : (unit: Decoded) => own.onUnit(unit);
  const reader = new Reader(mode === 'gap' || mode === 'silence', BigInt(staleUs) * 1000n, deliver);
  const sockets = [await openLine(0, reader), await openLine(1, reader)];
  if (mode === 'silence') setInterval(() => reader.checkSilence(), CHECK_SILENCE_MS);
  parentPort!.on('message', async ({ limitMs }: { limitMs?: number }) => {
    reader.rearm();
    if (mode !== 'wire') parentPort!.postMessage(await own.sample(limitMs ?? 5000));
  });
  parentPort!.postMessage({ kind: 'ports', ports: sockets.map((s) => s.address().port) } satisfies Message);
}
