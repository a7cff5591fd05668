import { SoupState, SoupType } from './soup-words.ts';
import { NO_VIEW } from './wire.ts';

/** Bytes of length and type before the payload of a packet. */
export const SOUP_HEADER_BYTES = 3;
const LENGTH_BYTES = 2;
/** What the length field can say, type and payload together. */
const MAX_LENGTH = 0xffff;
const MAX_PACKET_BYTES = MAX_LENGTH + LENGTH_BYTES;

/** A side sends a heartbeat when it has sent nothing for this long. */
export const HEARTBEAT_INTERVAL_NS = 1e9;
/** A peer silent for this long is gone. */
export const SILENCE_NS = 15e9;
/** A connection that has not logged in by then is dropped. */
export const LOGIN_TIMEOUT_NS = 30e9;

export interface SoupTimers {
  readonly heartbeatIntervalNs?: number;
  readonly silenceNs?: number;
  readonly loginTimeoutNs?: number;
  /** Bytes that may wait to be sent. Default 256 KiB; at least one packet. */
  readonly outputBytes?: number;
}

const Cell = { lastSent: 0, lastHeard: 1, opened: 2 } as const;
const DEFAULT_OUTPUT_BYTES = 1 << 18;
/** Room for packets that are kept ready behind the output. */
const TEMPLATE_BYTES = 512;

export const EMPTY: Uint8Array = new Uint8Array(0);

/** What both sides of SoupBinTCP share: reassembly, output, heartbeats. */
export abstract class SoupEndpoint {
  /** Bytes to send: the first {@link outputLength} of it. */
  readonly output: Uint8Array;
  readonly outputView: DataView;
  outputLength = 0;
  state: SoupState = SoupState.waiting;
  /** Packets of a type that this side does not expect; skipped by their length. */
  unexpected = 0;
  /** Whole packets that were heard, int32. */
  packets = 0;

  private readonly capacity: number;
  /** The output, and behind it the templates. */
  private readonly memory: Uint8Array;
  private templatesEnd: number;
  /** The packet that TCP has brought only a part of. */
  private readonly pending = new Uint8Array(MAX_PACKET_BYTES);
  private readonly pendingView = new DataView(this.pending.buffer);
  private pendingLength = 0;
  /** The owner's receive buffer, which is the same one every time, and a view of it. */
  private received: Uint8Array = EMPTY;
  private receivedView: DataView = NO_VIEW;
  /** Counts connections: a callback may have opened the next one. */
  private opened = 0;
  private readonly times = new Float64Array(3);
  private timed = false;
  private heard = false;
  /** Packets put into the output since the last {@link onTime}. */
  private sent = 0;
  private readonly heartbeatType: number;
  private readonly heartbeatIntervalNs: Float64Array;
  protected readonly silenceNs: Float64Array;
  private readonly loginTimeoutNs: Float64Array;

  constructor(heartbeatType: number, timers: SoupTimers) {
    this.capacity = Math.max(timers.outputBytes ?? DEFAULT_OUTPUT_BYTES, MAX_PACKET_BYTES);
    this.memory = new Uint8Array(this.capacity + TEMPLATE_BYTES);
    this.templatesEnd = this.capacity;
    this.output = this.memory.subarray(0, this.capacity);
    this.outputView = new DataView(this.memory.buffer, 0, this.capacity);
    this.heartbeatType = heartbeatType;
    this.heartbeatIntervalNs = Float64Array.of(timers.heartbeatIntervalNs ?? HEARTBEAT_INTERVAL_NS);
    this.silenceNs = Float64Array.of(timers.silenceNs ?? SILENCE_NS);
    this.loginTimeoutNs = Float64Array.of(timers.loginTimeoutNs ?? LOGIN_TIMEOUT_NS);
  }

  /** The connection is to be closed, at once or when the output is empty. */
  get closing(): boolean {
    return this.state === SoupState.failed || (this.state === SoupState.ended && this.outputLength === 0);
  }

  /** The first `count` bytes of the output have been sent. */
  consumed(count: number): void {
    if (count < this.outputLength) this.output.copyWithin(0, count, this.outputLength);
    this.outputLength = Math.max(0, this.outputLength - count);
  }

  /** Takes received bytes, split anywhere. Calls the sink for every packet that is complete. */
  onBytes(bytes: Uint8Array, offset: number, length: number): void {
    if (this.done || length <= 0) return;
    const end = offset + length;
    const { opened } = this;
    let at = offset;
    while (this.pendingLength > 0 && at < end) {
      at = this.complete(bytes, at, end);
      if (this.done || this.opened !== opened) return;
    }
    if (at < end) this.parse(bytes, at, end);
  }

  /**
   * Sends a heartbeat where nothing else was sent, and gives up a silent peer.
   * @param nowNs cell 0: monotonic ns
   */
  onTime(nowNs: Float64Array): void {
    if (this.done) return;
    const times = this.times;
    if (!this.timed) {
      this.timed = true;
      times.fill(nowNs[0]);
    }
    if (this.heard) times[Cell.lastHeard] = nowNs[0];
    if (this.sent > 0) times[Cell.lastSent] = nowNs[0];
    this.heard = false;
    this.sent = 0;
    if (this.state !== SoupState.loggedIn) {
      if (nowNs[0] - times[Cell.opened] >= this.loginTimeoutNs[0]) this.fail('no login within the time allowed');
      return;
    }
    if (nowNs[0] - times[Cell.lastHeard] >= this.silenceNs[0]) {
      this.fail('nothing heard from the peer, not even heartbeats');
      return;
    }
    if (nowNs[0] - times[Cell.lastSent] >= this.heartbeatIntervalNs[0] && this.put(this.heartbeatType, EMPTY, 0, 0)) {
      this.sent = 0;
      times[Cell.lastSent] = nowNs[0];
    }
  }

  /** Sends a text that the other side ignores. @returns false where the output is full */
  debug(text: string): boolean {
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return this.put(SoupType.debug, bytes, 0, bytes.length);
  }

  /** Sends an unsequenced message (from a client: order entry). @returns false where the output is full or no login stands */
  sendUnsequenced(bytes: Uint8Array, offset: number, length: number): boolean {
    return this.state === SoupState.loggedIn && this.put(SoupType.unsequenced, bytes, offset, length);
  }

  /**
   * Room for a whole packet that the caller writes into {@link outputView} itself, header included; then {@link commit}.
   * @returns where it goes, or -1 where the output is full or no login stands
   */
  claim(packetBytes: number): number {
    if (this.state !== SoupState.loggedIn) return -1;
    return this.outputLength + packetBytes <= this.capacity ? this.outputLength : -1;
  }

  /**
   * Keeps a packet ready for {@link stamp}. Cold; a few of them have room.
   * @returns what {@link stamp} calls it
   */
  addTemplate(packet: Uint8Array): number {
    const template = this.templatesEnd;
    if (template + packet.length > this.memory.length) throw new RangeError('no room for another packet template');
    this.memory.set(packet, template);
    this.templatesEnd += packet.length;
    return template;
  }

  /** Copies a template to where {@link claim} said: at once, and faster than word by word. */
  stamp(template: number, packetBytes: number, at: number): void {
    this.memory.copyWithin(at, template, template + packetBytes);
  }

  /** The packet of that size stands where {@link claim} said. */
  commit(packetBytes: number): void {
    this.outputLength += packetBytes;
    this.sent++;
  }

  /** Takes back the last packet, `packetBytes` long: it is not to be sent after all. */
  withdraw(packetBytes: number): void {
    this.outputLength = Math.max(0, this.outputLength - packetBytes);
    // It must not stand in for a heartbeat.
    if (this.sent > 0) this.sent--;
  }

  protected get done(): boolean {
    return this.state === SoupState.ended || this.state === SoupState.failed;
  }

  /** Appends a packet to the output. @returns false where it does not fit */
  protected put(type: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const at = this.outputLength;
    const end = at + SOUP_HEADER_BYTES + length;
    if (end > this.capacity || length + 1 > MAX_LENGTH) return false;
    this.outputView.setUint16(at, length + 1);
    this.output[at + LENGTH_BYTES] = type;
    copy(bytes, offset, this.output, at + SOUP_HEADER_BYTES, length);
    this.outputLength = end;
    this.sent++;
    return true;
  }

  protected fail(reason: string): void {
    if (this.done) return;
    this.state = SoupState.failed;
    this.failed(reason);
  }

  protected restart(): void {
    this.state = SoupState.waiting;
    this.opened = (this.opened + 1) | 0;
    this.pendingLength = 0;
    this.outputLength = 0;
    this.heard = false;
    this.sent = 0;
    this.restartTimers();
  }

  /** Time begins anew: what may take {@link SoupTimers.loginTimeoutNs} is counted from the next {@link onTime}. */
  protected restartTimers(): void {
    this.timed = false;
  }

  protected abstract packet(type: number, bytes: Uint8Array, view: DataView, offset: number, length: number): void;
  protected abstract failed(reason: string): void;

  /** Packets are read where they lie; only one that is cut is copied. */
  private parse(bytes: Uint8Array, offset: number, end: number): void {
    if (bytes !== this.received) {
      this.received = bytes;
      this.receivedView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    const view = this.receivedView;
    const { opened } = this;
    let at = offset;
    while (end - at >= LENGTH_BYTES) {
      const size = view.getUint16(at);
      if (size === 0) {
        this.fail('a packet without a type');
        return;
      }
      if (end - at < LENGTH_BYTES + size) break;
      this.noteHeard();
      this.packet(bytes[at + LENGTH_BYTES], bytes, view, at + SOUP_HEADER_BYTES, size - 1);
      if (this.done || this.opened !== opened) return;
      at += LENGTH_BYTES + size;
    }
    copy(bytes, at, this.pending, 0, end - at);
    this.pendingLength = end - at;
  }

  /** Bytes alone are no sign of life: a length that makes no sense swallows what follows for as long as it likes. */
  private noteHeard(): void {
    this.heard = true;
    this.packets = (this.packets + 1) | 0;
  }

  /** Adds to the packet that was cut what it lacks, and shows it once it is whole. @returns where the rest begins */
  private complete(bytes: Uint8Array, offset: number, end: number): number {
    let at = offset;
    if (this.pendingLength < LENGTH_BYTES) {
      this.pending[this.pendingLength++] = bytes[at++];
      if (this.pendingLength < LENGTH_BYTES) return at;
    }
    const size = this.pendingView.getUint16(0);
    if (size === 0) {
      this.fail('a packet without a type');
      return at;
    }
    const take = Math.min(LENGTH_BYTES + size - this.pendingLength, end - at);
    copy(bytes, at, this.pending, this.pendingLength, take);
    this.pendingLength += take;
    if (this.pendingLength < LENGTH_BYTES + size) return at + take;
    this.pendingLength = 0;
    this.noteHeard();
    this.packet(this.pending[LENGTH_BYTES], this.pending, this.pendingView, SOUP_HEADER_BYTES, size - 1);
    return at + take;
  }
}

/** Byte by byte: for what packets carry, faster than a `subarray` and the call that would copy it. */
function copy(from: Uint8Array, fromOffset: number, to: Uint8Array, toOffset: number, length: number): void {
  for (let i = 0; i < length; i++) to[toOffset + i] = from[fromOffset + i];
}
