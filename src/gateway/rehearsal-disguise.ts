import type { Native, NativeReadySetHandle, NativeStreamHandle } from '../io/native.ts';
import { NativeStream } from '../io/native-stream.ts';
import { NativeReadySet, type ReadySet } from '../io/ready-set.ts';
import type { StreamOptions, StreamSocket } from '../io/stream.ts';
import { type SessionStream, StreamPhase } from '../order/session-stream.ts';

/**
 * What a rehearsal puts in place of what only the real thing has — the kernel's end of a socket, a strategy's callbacks —
 * as objects of many shapes and functions. Were it one, V8 would compile it into the way of an order, and throw that code
 * away when the first real one comes: cold again, at the worst time. Everything above it is of the very class that trades.
 */
export const DISGUISES = 5;

/** Callbacks of strategies that do nothing: one of {@link DISGUISES}. */
export const CALLBACKS: readonly (() => void)[] = [
  () => undefined,
  () => void 0,
  () => {},
  function nothing() {},
  () => void '',
];

/**
 * A connection of the native build whose kernel is a stand-in.
 * @param disguise one of {@link DISGUISES}
 * @param late cell 0: {@link Late}, what is under way still
 */
export function disguisedSocket(
  stream: SessionStream,
  disguise: number,
  options: StreamOptions,
  late: Int32Array,
): StreamSocket {
  const kernel = { connectStream: () => disguisedHandle(stream, disguise, late) };
  return new NativeStream(kernel as unknown as Native, options);
}

/** The kernel's answer to a question about a connection that no kernel knows. */
const UNKNOWN = -1;
/** What {@link disguisedSocket} may be late with. */
export const Late = { nothing: 0, answers: 1, connection: 2 } as const;

function disguisedHandle(stream: SessionStream, disguise: number, late: Int32Array): NativeStreamHandle {
  const state = () => (late[0] < Late.connection ? stream.state() : StreamPhase.connecting);
  const error = () => 0;
  const readInfo = (into: Float64Array) => {
    into.fill(0);
    return 0;
  };
  const identify = () => UNKNOWN;
  const close = () => stream.close();
  switch (disguise % DISGUISES) {
    case 0:
      return {
        state,
        error,
        receive: (bytes, offset, length) => (late[0] === 0 ? stream.receive(bytes, offset, length) : 0),
        send: (bytes, offset, length) => stream.send(bytes, offset, length),
        close,
        readInfo,
        identify,
      };
    case 1:
      return {
        send: (bytes, offset, length) => stream.send(bytes, offset, length),
        receive: (bytes, offset, length) => (late[0] === 0 ? stream.receive(bytes, offset, length) : 0),
        state: () => (late[0] < Late.connection ? stream.state() : StreamPhase.connecting),
        error: () => 0,
        readInfo: (into) => (into.length > 0 ? 0 : UNKNOWN),
        identify,
        close,
      };
    case 2:
      return {
        receive: (bytes, offset, length) => (late[0] === 0 ? stream.receive(bytes, offset, length) : 0),
        close: () => stream.close(),
        state: () => (late[0] < Late.connection ? stream.state() : StreamPhase.connecting),
        send: (bytes, offset, length) => stream.send(bytes, offset, length),
        readInfo: () => UNKNOWN,
        identify: () => UNKNOWN,
        error,
      };
    case 3:
      return {
        close: () => stream.close(),
        identify,
        readInfo,
        state: () => (late[0] < Late.connection ? stream.state() : StreamPhase.connecting),
        receive: (bytes, offset, length) => (late[0] === 0 ? stream.receive(bytes, offset, length) : 0),
        error,
        send: (bytes, offset, length) => stream.send(bytes, offset, length),
      };
    default:
      return {
        identify,
        state: () => (late[0] < Late.connection ? stream.state() : StreamPhase.connecting),
        send: (bytes, offset, length) => stream.send(bytes, offset, length),
        receive: (bytes, offset, length) => (late[0] === 0 ? stream.receive(bytes, offset, length) : 0),
        close: () => stream.close(),
        error,
        readInfo,
      };
  }
}

/** The set of the native build whose kernel finds everything ready but what is late. */
export function disguisedReadySet(slots: number, disguise: number, late: Int32Array): ReadySet {
  const kernel = { createReadySet: (cells: Int32Array) => disguisedSet(cells, disguise, late) };
  return NativeReadySet.open(kernel as unknown as Native, slots);
}

function disguisedSet(cells: Int32Array, disguise: number, late: Int32Array): NativeReadySetHandle {
  const add = () => 0;
  const find = () => {
    cells.fill(late[0] === Late.answers ? 0 : 1);
    return late[0] === Late.answers ? 0 : cells.length;
  };
  switch (disguise % DISGUISES) {
    case 0:
      return { add, look: () => find() };
    case 1:
      return { look: () => find(), add };
    case 2:
      return { a: 0, look: () => find(), add } as NativeReadySetHandle;
    case 3:
      return { b: 0, add, look: () => find() } as NativeReadySetHandle;
    default:
      return { add, c: 0, look: find } as NativeReadySetHandle;
  }
}
