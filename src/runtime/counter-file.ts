import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import type { Native } from '../io/native.ts';
import type { CounterDescription, CounterRegistry } from './counters.ts';
import { isAlive, type ProcessIdentity, thisProcess } from './process-identity.ts';

/**
 * Counters in a file, for other processes (`warmline top`, monitoring): a header with a description, then the counters'
 * memory as it was at most {@link MIRROR_PERIOD_MS} ago, kept up by a native thread, so that it is right even while every
 * JavaScript thread of the router hangs.
 *
 * ```
 * word (8 bytes)  0 magic  1 header bytes, JSON bytes (int32 each)  2 pid  3 started, UTC ms  4 rounds begun
 *                 5 rounds ended  6 monotonic ns of the last round  7 spare
 * then the JSON, then the counters, then the other regions, each from a multiple of 64 bytes on
 * ```
 */
const MAGIC = 'WLCOUNT1';
const Offset = {
  headerBytes: 8,
  jsonBytes: 12,
  pid: 16,
  startedUtcMs: 24,
  roundsBegun: 32,
  roundsEnded: 40,
  atNs: 48,
  json: 64,
} as const;
const ALIGNMENT = 64;

/** How old the file's counters may be. */
export const MIRROR_PERIOD_MS = 50;
const PORTABLE_PERIOD_MS = 250;
const OWN_ALONE = 0o600;

/** A counter file as it was read. */
export interface CounterFile<About> {
  readonly path: string;
  readonly pid: number;
  /** The very process that wrote it is still there. */
  readonly alive: boolean;
  readonly startedUtcMs: number;
  /** Monotonic ns of the counters, on the clock of the host; 0 if there was no round yet. */
  readonly atNs: number;
  readonly rounds: number;
  readonly description: CounterDescription;
  /** What the router said of itself. */
  readonly about: About;
  /** The counters' memory, for `counterCells`. */
  readonly memory: ArrayBuffer;
  /** Other memory that is mirrored, by name. */
  readonly regions: ReadonlyMap<string, ArrayBuffer>;
}

/** Memory besides the counters that a reader is shown: its words are copied one by one, never half. */
export interface MirrorRegion {
  readonly name: string;
  readonly words: BigUint64Array;
}

/** The JSON of the header. */
interface Header<About> {
  readonly process: ProcessIdentity;
  readonly description: CounterDescription;
  readonly regions: readonly { readonly name: string; readonly byteLength: number }[];
  readonly about: About;
}

/** A mirror that runs. */
export interface CounterMirror {
  readonly path: string;
  /** Ends it and removes the file. May be called twice. */
  stop(): void;
}

/**
 * Begins to mirror a registry's counters; without the addon from the main thread, seldomer, and not while that hangs. Blocks that are allocated later are not described.
 * @param about what a reader should know of the process; goes into the file as JSON
 * @returns the mirror, or a negative errno
 */
export function mirrorCounters(
  native: Native | undefined,
  path: string,
  registry: CounterRegistry,
  about: unknown,
  startedUtcMs: number,
  regions: readonly MirrorRegion[] = [],
): CounterMirror | number {
  const described: Header<unknown> = {
    process: thisProcess(),
    description: registry.describe(),
    regions: regions.map(({ name, words }) => ({ name, byteLength: words.byteLength })),
    about,
  };
  const json = Buffer.from(JSON.stringify(described));
  const headerBytes = aligned(Offset.json + json.length);
  const header = Buffer.alloc(headerBytes);
  header.write(MAGIC, 0, 'latin1');
  header.writeInt32LE(headerBytes, Offset.headerBytes);
  header.writeInt32LE(json.length, Offset.jsonBytes);
  header.writeDoubleLE(process.pid, Offset.pid);
  header.writeDoubleLE(startedUtcMs, Offset.startedUtcMs);
  json.copy(header, Offset.json);
  // What an earlier process left may still be mapped by a reader: it keeps its file, we make a new one.
  rmSync(path, { force: true });
  const words = new BigUint64Array(registry.memory as ArrayBuffer);
  const all = [words, ...regions.map((region) => region.words)];
  const mirror =
    native === undefined
      ? mirrorPortably(path, header, all)
      : native.mirrorCounters(path, header, all, MIRROR_PERIOD_MS);
  if (typeof mirror === 'number') return mirror;
  let running = true;
  return {
    path,
    stop() {
      if (!running) return;
      running = false;
      mirror.stop();
      rmSync(path, { force: true });
    },
  };
}

/** As the addon does, with what Node has. */
function mirrorPortably(path: string, header: Buffer, regions: readonly BigUint64Array[]): { stop(): void } | number {
  let file: number;
  try {
    file = openSync(path, 'wx', OWN_ALONE);
  } catch (error) {
    return (error as { errno?: number }).errno ?? -1;
  }
  let round = 0n;
  const copy = () => {
    round++;
    let at = header.length;
    for (const words of regions) {
      const bytes = Buffer.from(words.buffer, words.byteOffset, words.byteLength);
      writeSync(file, bytes, 0, bytes.length, at);
      at += aligned(bytes.length);
    }
    header.writeBigUInt64LE(round, Offset.roundsBegun);
    header.writeBigUInt64LE(round, Offset.roundsEnded);
    header.writeDoubleLE(Number(process.hrtime.bigint()), Offset.atNs);
    writeSync(file, header, 0, header.length, 0);
  };
  copy();
  const timer = setInterval(copy, PORTABLE_PERIOD_MS);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      closeSync(file);
    },
  };
}

/**
 * Reads a counter file.
 * @throws {Error} if it is none, or cut short
 */
export function readCounterFile<About>(path: string): CounterFile<About> {
  const file = readFileSync(path);
  if (file.length < Offset.json || file.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw new Error(`${path} is not a counter file of this version`);
  }
  const headerBytes = file.readInt32LE(Offset.headerBytes);
  const jsonBytes = file.readInt32LE(Offset.jsonBytes);
  if (jsonBytes < 0 || headerBytes < Offset.json + jsonBytes || headerBytes > file.length) {
    throw new Error(`${path} is cut short`);
  }
  const header = JSON.parse(file.toString('utf8', Offset.json, Offset.json + jsonBytes)) as Header<About>;
  let at = headerBytes;
  const take = (byteLength: number): ArrayBuffer => {
    if (at + byteLength > file.length) throw new Error(`${path} is cut short`);
    const memory = new ArrayBuffer(byteLength);
    new Uint8Array(memory).set(file.subarray(at, at + byteLength));
    at += aligned(byteLength);
    return memory;
  };
  return {
    path,
    pid: header.process.pid,
    alive: isAlive(header.process),
    startedUtcMs: file.readDoubleLE(Offset.startedUtcMs),
    atNs: file.readDoubleLE(Offset.atNs),
    rounds: Number(file.readBigUInt64LE(Offset.roundsEnded)),
    description: header.description,
    about: header.about,
    memory: take(header.description.byteLength),
    regions: new Map(header.regions.map(({ name, byteLength }) => [name, take(byteLength)])),
  };
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
