import { readFileSync, rmSync } from 'node:fs';
import type { Native } from '../io/native.ts';
import type { CounterDescription, CounterRegistry } from './counters.ts';

/**
 * Counters in a file, for other processes (`warmline top`, monitoring): a header with a description, then the counters'
 * memory as it was at most {@link MIRROR_PERIOD_MS} ago, kept up by a native thread, so that it is right even while every
 * JavaScript thread of the router hangs.
 *
 * ```
 * word (8 bytes)  0 magic  1 header bytes, JSON bytes (int32 each)  2 pid  3 started, UTC ms  4 rounds begun
 *                 5 rounds ended  6 monotonic ns of the last round  7 spare; then the JSON, then the counters
 * ```
 */
const MAGIC = 'WLCOUNT1';
const Offset = {
  headerBytes: 8,
  jsonBytes: 12,
  pid: 16,
  startedUtcMs: 24,
  roundsEnded: 40,
  atNs: 48,
  json: 64,
} as const;
const ALIGNMENT = 64;

/** How old the file's counters may be. */
export const MIRROR_PERIOD_MS = 50;

/** A counter file as it was read. */
export interface CounterFile<About> {
  readonly pid: number;
  /** The process that wrote it is still there. */
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
}

/** A mirror that runs. */
export interface CounterMirror {
  readonly path: string;
  /** Ends it and removes the file. May be called twice. */
  stop(): void;
}

/**
 * Begins to mirror a registry's counters. Blocks that are allocated later are not described.
 * @param about what a reader should know of the process; goes into the file as JSON
 * @returns the mirror, or a negative errno
 */
export function mirrorCounters(
  native: Native,
  path: string,
  registry: CounterRegistry,
  about: unknown,
  startedUtcMs: number,
): CounterMirror | number {
  const json = Buffer.from(JSON.stringify({ description: registry.describe(), about }));
  const headerBytes = Math.ceil((Offset.json + json.length) / ALIGNMENT) * ALIGNMENT;
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
  const mirror = native.mirrorCounters(path, header, [words], MIRROR_PERIOD_MS);
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
  const { description, about } = JSON.parse(file.toString('utf8', Offset.json, Offset.json + jsonBytes)) as {
    description: CounterDescription;
    about: About;
  };
  if (headerBytes + description.byteLength > file.length) throw new Error(`${path} is cut short`);
  const memory = new ArrayBuffer(description.byteLength);
  new Uint8Array(memory).set(file.subarray(headerBytes, headerBytes + description.byteLength));
  const pid = file.readDoubleLE(Offset.pid);
  return {
    pid,
    alive: isAlive(pid),
    startedUtcMs: file.readDoubleLE(Offset.startedUtcMs),
    atNs: file.readDoubleLE(Offset.atNs),
    rounds: Number(file.readBigUInt64LE(Offset.roundsEnded)),
    description,
    about,
    memory,
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
