import { FlightRing } from './flight-ring.ts';

/** One packet out of a flight ring. */
export interface FlightPacket {
  /** Monotonic ns at which it was received. */
  readonly rxNs: number;
  /** UTC ns minus monotonic ns when it was received. */
  readonly utcOffsetNs: number;
  /** The kernel's receive stamp on the monotonic clock; 0 if there is none. */
  readonly kernelNs: number;
  /** Index of the socket in its poller. */
  readonly socket: number;
  /** Sender's IPv4 address (big-endian u32 in an int32) and port. */
  readonly sourceAddress: number;
  readonly sourcePort: number;
  readonly bytes: Uint8Array;
}

const PADDING = -1;
const ALIGNMENT_MASK = 7;

/**
 * Copies what a flight ring holds while its writer goes on writing, oldest packet first. Nothing that the writer may
 * have overwritten during the copy is returned.
 */
export function readFlightRing(memory: SharedArrayBuffer | ArrayBuffer): FlightPacket[] {
  const capacity = (memory.byteLength - FlightRing.headerBytes) & ~ALIGNMENT_MASK;
  if (capacity <= 0) return [];
  const positions = new Float64Array(memory, 0, 2);
  const fence = new Int32Array(new SharedArrayBuffer(4));
  const head = positions[FlightRing.headCell];
  Atomics.add(fence, 0, 0);
  const copy = new Uint8Array(capacity);
  copy.set(new Uint8Array(memory, FlightRing.headerBytes, capacity));
  // The copy must be complete before the tail is read: what the writer gave up meanwhile lies before that tail.
  Atomics.add(fence, 0, 0);
  const tail = positions[FlightRing.tailCell];
  return parseRecords(copy, tail, head);
}

/** Packets at the positions from `tail` to `head`. Stops at anything that no writer would have written. */
function parseRecords(ring: Uint8Array, tail: number, head: number): FlightPacket[] {
  const packets: FlightPacket[] = [];
  const capacity = ring.length;
  const plausible =
    Number.isSafeInteger(tail) && Number.isSafeInteger(head) && tail >= 0 && tail % 8 === 0 && head - tail <= capacity;
  if (!plausible) return packets;
  const view = new DataView(ring.buffer);
  let position = tail;
  while (position < head) {
    const at = position % capacity;
    const left = capacity - at;
    const length = left < FlightRing.recordHeaderBytes ? PADDING : view.getInt32(at + FlightRing.lengthOffset, true);
    if (length === PADDING) {
      position += left;
      continue;
    }
    const size = FlightRing.recordHeaderBytes + ((length + ALIGNMENT_MASK) & ~ALIGNMENT_MASK);
    if (length < 0 || size > left || position + size > head) break;
    const data = at + FlightRing.recordHeaderBytes;
    packets.push({
      rxNs: view.getFloat64(at + FlightRing.rxNsOffset, true),
      utcOffsetNs: view.getFloat64(at + FlightRing.utcOffsetNsOffset, true),
      kernelNs: view.getFloat64(at + FlightRing.kernelNsOffset, true),
      socket: view.getInt32(at + FlightRing.socketOffset, true),
      sourceAddress: view.getInt32(at + FlightRing.sourceAddressOffset, true),
      sourcePort: view.getInt32(at + FlightRing.sourcePortOffset, true),
      bytes: ring.subarray(data, data + length),
    });
    position += size;
  }
  return packets;
}
