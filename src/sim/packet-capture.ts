import type { CaptureFile } from '../capture/capture-bytes.ts';
import { CaptureReader } from '../capture/capture-reader.ts';
import { type CaptureScan, type CaptureStamp, scanCapture, stampDifferenceNs } from '../capture/capture-scan.ts';
import { type LineAddress, LineTable } from '../capture/line-table.ts';
import { type HeldDatagram, OrderedDatagrams } from '../capture/ordered-datagrams.ts';
import type { FeedConfig, WarmlineConfig } from '../config/schema.ts';
import { Frame, FrameId, type Framer, PacketKind } from '../feed/framer.ts';
import { moldSessionName } from '../venues/nasdaq/moldudp64.ts';
import { feedProtocol } from '../venues/registry.ts';
import { type PlayedFlow, RecordedSource } from './recorded-source.ts';
import type { CaptureLine, RecordedPacketOutput, Recording } from './recording.ts';
import { SimulatorError } from './simulator-error.ts';
import { UnitCollector } from './unit-collector.ts';
import type { UnitStore } from './unit-store.ts';

/** Packets among which the lowest number is sought. */
const FIRST_PACKETS = 1000;

/** Protocols whose units can be packed anew: what the simulator itself speaks. */
const REPUBLISHED = 'moldudp64';

/** True if the bytes at the start of a file are a packet capture's. */
export async function isPacketCapture(file: CaptureFile): Promise<boolean> {
  const reader = new CaptureReader(() => {});
  const bytes = await file.open();
  try {
    for (let chunk = await bytes.next(); chunk !== undefined; chunk = await bytes.next()) {
      reader.push(chunk);
      if (reader.format !== 'unknown') return true;
      if (chunk.length > 0) return false;
    }
    return false;
  } finally {
    await bytes.close();
  }
}

/**
 * Finds each feed of a config in a packet capture: by the addresses of its lines or by those of `captureLines`; a sole
 * feed of which the capture has no line takes the busiest stream of its protocol.
 * @throws {SimulatorError} naming what the capture holds instead
 */
export async function openPacketCapture(
  file: CaptureFile,
  config: WarmlineConfig,
  captureLines: readonly CaptureLine[],
): Promise<Recording[]> {
  const framer = feedProtocol(config.protocol).createFramer();
  const recorded: Recording[] = [];
  for (const feed of config.feeds) {
    const wanted = feed.lines.map((line): LineAddress => {
      const given = captureLines.find((one) => one.line === line.name && (one.feed === '*' || one.feed === feed.name));
      return given ?? { address: line.group ?? line.address!, port: line.port };
    });
    const table = new LineTable(wanted);
    const scan = await scanCapture(file, table, wanted.length);
    const has = wanted.map((_, line) => scan.matched[line] > 0);
    const found = has.some(Boolean)
      ? await openStreams(scan, table, framer, feed, routes(has), true)
      : config.feeds.length === 1
        ? await openBusiest(file, scan, framer, feed)
        : undefined;
    if (found === undefined) throw new SimulatorError(notFound(file.path, feed, scan));
    recorded.push(found);
  }
  return recorded;
}

/** Which lines each captured stream goes to: its own, and the first one found also to those that were not captured. */
function routes(has: readonly boolean[]): number[][] {
  const first = has.indexOf(true);
  return has.map((_, stream) =>
    has.flatMap((there, line) => ((line === stream ? there : stream === first && !there) ? [line] : [])),
  );
}

/** The busiest stream whose packets are of the protocol. */
async function openBusiest(
  file: CaptureFile,
  scan: CaptureScan,
  framer: Framer,
  feed: FeedConfig,
): Promise<Recording | undefined> {
  const byPackets = [...scan.destinations].sort(([, a], [, b]) => b - a);
  const everyLine = [feed.lines.map((_, line) => line)];
  for (const [destination] of byPackets) {
    const colon = destination.lastIndexOf(':');
    const address = destination.slice(0, colon).replace(/^\[|\]$/g, '');
    const table = new LineTable([{ address, port: Number(destination.slice(colon + 1)) }]);
    const one = await scanCapture(file, table, 1);
    const asCaptured = framer.protocol !== REPUBLISHED;
    const found = await openStreams(one, table, framer, feed, everyLine, asCaptured, destination);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @returns undefined if the streams hold no unit of the protocol */
async function openStreams(
  scan: CaptureScan,
  table: LineTable,
  framer: Framer,
  feed: FeedConfig,
  routesOfStreams: readonly (readonly number[])[],
  asCaptured: boolean,
  from?: string,
): Promise<Recording | undefined> {
  const first = await firstUnitOf(scan, table, framer);
  if (first === undefined) return undefined;
  const streams = routesOfStreams.filter((route) => route.length > 0).length;
  const what = from === undefined ? `${streams} of ${feed.lines.length} lines as captured` : `${from} on every line`;
  const description = `${scan.file.path}, ${what}${scan.damage === undefined ? '' : ` (${scan.damage})`}`;
  return {
    description,
    asCaptured,
    session: first.session,
    firstUnit: first.number,
    createSource: (output) => {
      const flow = new RecordedFlow(scan, table, framer, routesOfStreams);
      return new RecordedSource(description, flow, asCaptured ? output : undefined);
    },
  };
}

/** Session and lowest number among the first packets: lines start at slightly different numbers. */
async function firstUnitOf(
  scan: CaptureScan,
  table: LineTable,
  framer: Framer,
): Promise<{ session: string; number: number } | undefined> {
  const datagrams = new OrderedDatagrams([scan], table);
  const frame = new Frame();
  let found: { session: string; number: number } | undefined;
  try {
    for (let seen = 0; seen < FIRST_PACKETS; ) {
      const datagram = datagrams.next();
      if (datagram === undefined) {
        if (await datagrams.readMore()) continue;
        break;
      }
      seen++;
      if (framer.frame(datagram.bytes, datagram.view, datagram.offset, datagram.length, frame) !== PacketKind.units)
        continue;
      const session = frame.session.some((word) => word !== 0) ? moldSessionName(frame.session) : '';
      const number = frame.ids[FrameId.first];
      if (found === undefined) found = { session, number };
      else if (found.session === session) found.number = Math.min(found.number, number);
    }
  } finally {
    await datagrams.close();
  }
  return found;
}

function notFound(path: string, feed: FeedConfig, scan: CaptureScan): string {
  const streams = [...scan.destinations].sort(([, a], [, b]) => b - a).slice(0, 8);
  const held = streams.map(([destination, packets]) => `${destination} (${packets} packets)`).join(', ');
  return (
    `${path} has no packet for a line of feed ${feed.name}; it holds ${held === '' ? 'no UDP datagram' : held}. ` +
    `Say which is which: --capture-line ${feed.name}/${feed.lines[0].name}=ADDRESS:PORT`
  );
}

/** Recorded packets in their time, with the units that they bring. */
export class RecordedFlow implements PlayedFlow {
  /** The recording has been played to its end. */
  finished = false;
  /** Packets that are none of the protocol, or of another session: sent as captured, but no unit is taken. */
  foreign = 0;
  readonly #datagrams: OrderedDatagrams;
  readonly #framer: Framer;
  readonly #routes: readonly (readonly number[])[];
  readonly #start: CaptureStamp;
  readonly #frame = new Frame();
  readonly #collector = new UnitCollector();
  readonly #session = new Int32Array(4);
  #sessionKnown = false;
  #head: HeldDatagram | undefined;
  #reading = false;
  #ended = false;

  constructor(scan: CaptureScan, table: LineTable, framer: Framer, routesOfStreams: readonly (readonly number[])[]) {
    this.#datagrams = new OrderedDatagrams([scan], table);
    this.#framer = framer;
    this.#routes = routesOfStreams;
    this.#start = scan.earliest ?? { seconds: 0, nanoseconds: 0 };
  }

  play(store: UnitStore, elapsedNs: number, units: number, output?: RecordedPacketOutput): number {
    const before = store.units;
    while (store.units - before < units) {
      const datagram = this.#peek();
      if (datagram === undefined) break;
      const timeNs = stampDifferenceNs(datagram, this.#start);
      if (timeNs > elapsedNs) break;
      this.#head = undefined;
      this.#collect(store, datagram, timeNs);
      output?.(this.#routes[datagram.line], datagram);
    }
    if (this.#ended && this.#head === undefined && !this.finished) {
      this.#collector.end(store);
      this.finished = true;
    }
    return store.units - before;
  }

  async close(): Promise<void> {
    this.finished = true;
    await this.#datagrams.close();
  }

  #peek(): HeldDatagram | undefined {
    if (this.finished || this.#ended || this.#reading) return this.#head;
    this.#head ??= this.#datagrams.next();
    if (this.#head === undefined) {
      this.#reading = true;
      this.#datagrams.readMore().then(
        (more) => {
          this.#reading = false;
          if (!more) this.#ended = true;
        },
        // A file that went away under us ends here.
        () => {
          this.#ended = true;
        },
      );
    }
    return this.#head;
  }

  #collect(store: UnitStore, { bytes, view, offset, length, truncated }: HeldDatagram, timeNs: number): void {
    const frame = this.#frame;
    if (truncated || this.#framer.frame(bytes, view, offset, length, frame) !== PacketKind.units) return;
    if (!this.#sessionKnown) {
      this.#session.set(frame.session);
      this.#sessionKnown = true;
    } else if (this.#session.some((word, i) => word !== frame.session[i])) {
      this.foreign++;
      return;
    }
    const first = frame.ids[FrameId.first];
    for (let i = 0; i < frame.count; i++) {
      this.#collector.offer(store, first + i, bytes, frame.unitOffset[i], frame.unitLength[i], timeNs);
    }
  }
}
