/**
 * The native addon: what it exports, and finding it. Everything here is optional at run time; {@link loadNative} says
 * whether it is there and {@link nativeUnavailableReason} why not.
 *
 * System errors come back as negative errno values ({@link errnoName} names them); only wrong arguments throw.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { getSystemErrorName } from 'node:util';

/** Must equal WARMLINE_API_VERSION in native/addon.h: an addon built from other sources is not loaded. */
const API_VERSION = 7;

/** The poller as the addon makes it; use {@link createDatagramPoller} of open.ts instead. */
export interface NativePollerHandle {
  poll(): number;
  /** '' and 0 stand for "not given", `multicastTtl` -1. @returns index, or a negative errno */
  open(
    address: string,
    port: number,
    group: string,
    networkInterface: string,
    source: string,
    receiveBufferBytes: number,
    busyPollUs: number,
    multicastTtl: number,
    flags: number,
  ): number;
  localPort(socket: number): number;
  send(socket: number, bytes: Uint8Array, offset: number, length: number, address: number, port: number): number;
  sendBatch(
    socket: number,
    bytes: Uint8Array,
    offsets: Int32Array,
    lengths: Int32Array,
    count: number,
    address: number,
    port: number,
  ): number;
  close(socket: number): void;
}

/** The stream as the addon makes it; use {@link connectStream} of open.ts instead. */
export interface NativeStreamHandle {
  state(): number;
  /** errno, 0 if none. */
  error(): number;
  receive(bytes: Uint8Array, offset: number, length: number): number;
  send(bytes: Uint8Array, offset: number, length: number): number;
  close(reset: number): void;
  readInfo(into: Float64Array): number;
  /** Writes descriptor and cookie (two words) of the socket, for `abortSocket`. @returns 0 or a negative errno */
  identify(into: Int32Array, index: number): number;
}

/** The set as the addon makes it; use {@link createReadySet} of open.ts instead. */
export interface NativeReadySetHandle {
  /** @returns 0 or a negative errno */
  add(slot: number, descriptor: number): number;
  /** @returns how many slots are ready */
  look(): number;
}

/** Scheduling classes of {@link Native.setScheduling}. */
export type SchedulingPolicy = 'other' | 'batch' | 'fifo' | 'rr';

/** Flags of {@link Native.mapFile}. */
export const MapFileFlag = {
  /** Make the file, or make it longer, where needed; its blocks are reserved on the disk. */
  create: 1,
  /** Bring all pages in now (`MAP_POPULATE`). */
  populate: 2,
  /** Only watch what others write: the file is opened for reading and stores never reach it. */
  watch: 4,
} as const;

/** The addon. "Thread" is the calling one throughout. */
export interface Native {
  readonly apiVersion: number;

  /** Writes the monotonic time in ns (`CLOCK_MONOTONIC`, as `process.hrtime`) to `into[index]`. */
  monotonicNs(into: Float64Array, index: number): void;
  /** Writes UTC minus monotonic time in ns to `into[index]`; a double holds it to about 256 ns. */
  utcOffsetNs(into: Float64Array, index: number): void;
  /** A clock whose `read()` writes the monotonic time in ns to `cell[0]`: the cheapest call there is. */
  bindClock(cell: Float64Array): { read(): void };
  /**
   * Writes what the kernel knows of how right its UTC is: offset still to be slewed, largest and estimated error, in ns.
   * @returns the clock's state, 5 = not synchronised, or a negative errno (`EPERM`: a sandbox forbids to look)
   */
  clockState(into: Float64Array): number;

  /**
   * Pins the thread, or another one of this process, to one core.
   * @param thread its Linux thread id; 0 = the calling one
   * @returns 0 or a negative errno
   */
  pinThread(core: number, thread?: number): number;
  /** The core that the thread is on now. */
  currentCore(): number;
  /** Its Linux thread id, as in `/proc/self/task`. */
  threadId(): number;
  /** Writes the cores that the thread may run on into the array. @returns how many there are */
  allowedCores(into: Int32Array): number;
  /** Scheduling class; priority 1–99 for `fifo` and `rr`, 0 for the others. @returns 0 or a negative errno */
  setScheduling(policy: SchedulingPolicy, priority: number): number;
  /** How late a sleep may end; the system's default is 50 µs. @returns 0 or a negative errno */
  setTimerSlackNs(ns: number): number;
  /** Sleeps, at most 10 ms whatever is asked for. @returns 0 or a negative errno */
  sleepNs(ns: number): number;
  /** Lets another thread of this core run (`sched_yield`). */
  yieldThread(): number;

  /**
   * Maps `bytes` bytes of a file ({@link MapFileFlag}). Every thread maps the file for itself; Atomics work on the
   * buffer although it is not a SharedArrayBuffer. Unmapped when the buffer is collected. @returns the memory, or a
   * negative errno (`EFBIG`: the file is shorter and `create` is not set)
   */
  mapFile(path: string, bytes: number, flags: number): ArrayBuffer | number;
  /** Keeps just these bytes' pages in memory (`mlock`). @returns 0 or a negative errno */
  lockMemory(bytes: Uint8Array): number;
  unlockMemory(bytes: Uint8Array): number;
  /**
   * Asks for huge pages where these bytes have no pages yet (`MADV_HUGEPAGE`). @returns 0 or a negative errno (`EINVAL`:
   * the kernel has none)
   */
  adviseHugePages(bytes: Uint8Array): number;
  /** Writes to every page without altering it, so that no first touch stalls later. */
  prefault(bytes: Uint8Array): number;
  /**
   * Locks a file (`flock`) for as long as the process lives, however it ends. @returns a descriptor for
   * {@link unlockFile}, or a negative errno (`EWOULDBLOCK`: another holds it)
   */
  lockFile(path: string): number;
  unlockFile(descriptor: number): number;

  /**
   * Copies the regions into a mapped file every `periodMs` on a native thread of its own (`counter-mirror.c`), behind a
   * header of a multiple of 64 bytes. @returns how to end it, or a negative errno
   */
  mirrorCounters(
    path: string,
    header: Uint8Array,
    regions: readonly BigUint64Array[],
    periodMs: number,
  ): { stop(): number } | number;
  /** A message to the service manager's datagram socket. @returns 0 or a negative errno */
  notifyService(path: string, message: string): number;

  createDatagramPoller(
    slab: Uint8Array,
    packetOffset: Int32Array,
    packetLength: Int32Array,
    packetSocket: Int32Array,
    packetFlags: Int32Array,
    packetRxNs: Float64Array,
    packetKernelNs: Float64Array,
    packetSourceAddress: Int32Array,
    packetSourcePort: Int32Array,
    socketCells: Float64Array,
    nowNs: Float64Array,
    openStep: Int32Array,
    flight: Uint8Array,
    batch: number,
    slotBytes: number,
    maxSockets: number,
  ): NativePollerHandle;
  /**
   * Ends a TCP connection of this process from any thread: unsent bytes are dropped, the peer gets a reset, the owner sees
   * a failed socket. @returns 0 or a negative errno (`ESTALE`: the descriptor is another socket by now)
   */
  abortSocket(descriptor: number, cookieLow: number, cookieHigh: number): number;
  connectStream(
    address: string,
    port: number,
    local: string,
    receiveBufferBytes: number,
    userTimeoutMs: number,
    flags: number,
  ): NativeStreamHandle;
  /** A set with a slot for each cell. @returns it, or a negative errno (`EMFILE`) */
  createReadySet(cells: Int32Array): NativeReadySetHandle | number;
}

let loaded: Native | undefined;
let reason: string | undefined;
let tried = false;

function load(): Native | undefined {
  if (process.env.WARMLINE_IO === 'portable') {
    reason = 'WARMLINE_IO=portable is set';
    return undefined;
  }
  // Two folders up from src/io as from dist/io. WARMLINE_ADDON: another build of it, for example with sanitizers.
  const file =
    process.env.WARMLINE_ADDON ?? fileURLToPath(new URL('../../build/Release/warmline.node', import.meta.url));
  if (!existsSync(file)) {
    reason = `${file} does not exist: it is built by "npm rebuild warmline" (in a clone: "node scripts/install-native.mjs") where there is a C compiler`;
    return undefined;
  }
  try {
    const addon = createRequire(import.meta.url)(file) as Native;
    if (addon.apiVersion !== API_VERSION) {
      reason = `${file} is of version ${addon.apiVersion}, not ${API_VERSION}: build it again (node scripts/install-native.mjs)`;
      return undefined;
    }
    return addon;
  } catch (error) {
    reason = `${file} could not be loaded: ${(error as Error).message}`;
    return undefined;
  }
}

/** The addon, or undefined where it is not built, does not load, or `WARMLINE_IO=portable` is set. Tried once. */
export function loadNative(): Native | undefined {
  if (!tried) {
    tried = true;
    loaded = load();
  }
  return loaded;
}

/** Why {@link loadNative} gives undefined; undefined if it does not. */
export function nativeUnavailableReason(): string | undefined {
  loadNative();
  return reason;
}

/** `-1` or `1` → `'EPERM'`; 0 → `''`. */
export function errnoName(errno: number): string {
  if (errno === 0) return '';
  const number = Math.abs(errno);
  // remembered: Node looks a name up slowly, and a failover waits for this one
  names[number] ??= lookUpName(number);
  return names[number];
}

const names: string[] = [];

function lookUpName(errno: number): string {
  try {
    return getSystemErrorName(-errno);
  } catch {
    return `errno ${errno}`;
  }
}

// those that a connection ends with, before the first one does
const { ECONNRESET, EPIPE, ETIMEDOUT } = constants.errno;
for (const errno of [ECONNRESET, EPIPE, ETIMEDOUT]) errnoName(errno);
