import { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { ipv4ToInt, isIpv4 } from './address.ts';
import { type StreamOptions, type StreamSocket, StreamState } from './stream.ts';

/** Received bytes that may wait before the socket is paused, so that the peer feels the back-pressure. */
const RECEIVE_LIMIT_BYTES = 1 << 20;
/** Bytes that Node may hold unsent before {@link PortableStream.send} takes no more. */
const SEND_LIMIT_BYTES = 1 << 20;
const KEEP_ALIVE_IDLE_MS = 10_000;

function localIpv4(nameOrAddress: string): string {
  if (isIpv4(nameOrAddress)) return nameOrAddress;
  const address = networkInterfaces()[nameOrAddress]?.find((entry) => entry.family === 'IPv4')?.address;
  if (address === undefined) throw new Error(`there is no interface ${nameOrAddress} on this host`);
  return address;
}

/** A TCP connection over Node's own `net`, for evented threads only. */
export class PortableStream implements StreamSocket {
  readonly kind = 'portable';
  error = '';
  private current: StreamState = StreamState.connecting;
  private readonly socket: Socket;
  private readonly chunks: Buffer[] = [];
  /** Bytes of the first chunk that have been handed over. */
  private taken = 0;
  private waitingBytes = 0;
  private ended = false;

  constructor(options: StreamOptions) {
    ipv4ToInt(options.address);
    this.socket = new Socket();
    this.socket.setNoDelay(options.noDelay ?? true);
    if (options.keepAlive) this.socket.setKeepAlive(true, KEEP_ALIVE_IDLE_MS);
    this.socket.on('connect', () => {
      if (this.current === StreamState.connecting) this.current = StreamState.open;
    });
    this.socket.on('data', (chunk: Buffer) => this.accept(chunk));
    this.socket.on('end', () => {
      this.ended = true;
    });
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      if (this.current === StreamState.closed) return;
      this.current = StreamState.failed;
      this.error = error.code ?? error.message;
    });
    this.socket.connect({
      host: options.address,
      port: options.port,
      localAddress: options.localAddress === undefined ? undefined : localIpv4(options.localAddress),
    });
  }

  state(): StreamState {
    // As with a raw socket, the end of the stream is seen after its last byte has been taken.
    if (this.ended && this.waitingBytes === 0 && this.current === StreamState.open)
      this.current = StreamState.closedByPeer;
    return this.current;
  }

  receive(bytes: Uint8Array, offset: number, length: number): number {
    let done = 0;
    while (done < length && this.chunks.length > 0) {
      const chunk = this.chunks[0];
      const part = Math.min(length - done, chunk.length - this.taken);
      bytes.set(chunk.subarray(this.taken, this.taken + part), offset + done);
      done += part;
      this.taken += part;
      if (this.taken === chunk.length) {
        this.chunks.shift();
        this.taken = 0;
      }
    }
    this.waitingBytes -= done;
    if (this.waitingBytes < RECEIVE_LIMIT_BYTES && this.socket.isPaused()) this.socket.resume();
    return done;
  }

  send(bytes: Uint8Array, offset: number, length: number): number {
    if (this.current !== StreamState.open) return 0;
    const room = SEND_LIMIT_BYTES - this.socket.writableLength;
    const part = Math.min(length, room);
    if (part <= 0) return 0;
    // A copy: Node keeps the bytes until they are sent, and the caller may reuse them at once.
    this.socket.write(Uint8Array.prototype.slice.call(bytes, offset, offset + part));
    return part;
  }

  close(reset = false): void {
    if (this.current === StreamState.closed) return;
    this.current = StreamState.closed;
    if (reset) this.socket.resetAndDestroy();
    else this.socket.destroySoon();
  }

  private accept(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.waitingBytes += chunk.length;
    if (this.waitingBytes >= RECEIVE_LIMIT_BYTES) this.socket.pause();
  }
}
