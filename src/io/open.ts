/** The one place that chooses between the native and the portable implementation. */
import type { IoKind } from './abilities.ts';
import type { DatagramPoller, DatagramPollerOptions } from './datagram.ts';
import { loadNative, type Native, nativeUnavailableReason } from './native.ts';
import { NativeDatagramPoller } from './native-datagram.ts';
import { NativeStream } from './native-stream.ts';
import { PortableDatagramPoller } from './portable-datagram.ts';
import { PortableStream } from './portable-stream.ts';
import { AskingReadySet, NativeReadySet, type ReadySet } from './ready-set.ts';
import type { StreamOptions, StreamSocket } from './stream.ts';

/** `auto`: native where the addon is there, else portable. */
export type IoMode = IoKind | 'auto';

function nativeFor(mode: IoMode): Native | undefined {
  if (mode === 'portable') return undefined;
  const native = loadNative();
  if (native === undefined && mode === 'native')
    throw new Error(`native i/o is asked for but not there: ${nativeUnavailableReason()}`);
  return native;
}

/** What {@link createDatagramPoller} and {@link connectStream} would choose. */
export function ioKind(mode: IoMode): IoKind {
  return nativeFor(mode) === undefined ? 'portable' : 'native';
}

/**
 * A poller for the datagram sockets of one thread.
 * @throws {Error} if `native` is asked for and the addon is not there
 */
export function createDatagramPoller(mode: IoMode, options: DatagramPollerOptions = {}): DatagramPoller {
  const native = nativeFor(mode);
  return native === undefined ? new PortableDatagramPoller(options) : new NativeDatagramPoller(native, options);
}

/**
 * Starts a TCP connection and returns at once; {@link StreamSocket.state} tells how it goes.
 * @throws {Error} if the address is not a dotted IPv4 address, or as {@link createDatagramPoller}
 */
export function connectStream(mode: IoMode, options: StreamOptions): StreamSocket {
  const native = nativeFor(mode);
  return native === undefined ? new PortableStream(options) : new NativeStream(native, options);
}

/** What {@link connectStream}'s connections of one thread are asked by. Where the addon can make none, all are asked. */
export function createReadySet(mode: IoMode, slots: number): ReadySet {
  const native = nativeFor(mode);
  return native === undefined || slots === 0 ? new AskingReadySet(slots) : NativeReadySet.open(native, slots);
}
