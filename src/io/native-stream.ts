import { errnoName, type Native, type NativeStreamHandle } from './native.ts';
import type { StreamOptions, StreamSocket, StreamState } from './stream.ts';

const StreamFlag = { noDelay: 1, keepAlive: 2, quickAck: 4 } as const;

/** A TCP connection by raw, non-blocking system calls. */
export class NativeStream implements StreamSocket {
  readonly kind = 'native';
  private readonly handle: NativeStreamHandle;

  constructor(native: Native, options: StreamOptions) {
    this.handle = native.connectStream(
      options.address,
      options.port,
      options.localAddress ?? '',
      options.receiveBufferBytes ?? 0,
      options.userTimeoutMs ?? 0,
      ((options.noDelay ?? true) ? StreamFlag.noDelay : 0) |
        (options.keepAlive ? StreamFlag.keepAlive : 0) |
        (options.quickAck ? StreamFlag.quickAck : 0),
    );
  }

  get error(): string {
    return errnoName(this.handle.error());
  }

  state(): StreamState {
    return this.handle.state() as StreamState;
  }

  receive(bytes: Uint8Array, offset: number, length: number): number {
    return this.handle.receive(bytes, offset, length);
  }

  send(bytes: Uint8Array, offset: number, length: number): number {
    return this.handle.send(bytes, offset, length);
  }

  readInfo(into: Float64Array): boolean {
    return this.handle.readInfo(into) === 0;
  }

  identify(into: Int32Array, index: number): boolean {
    return this.handle.identify(into, index) === 0;
  }

  close(reset = false): void {
    this.handle.close(reset ? 1 : 0);
  }
}
