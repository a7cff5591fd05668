import { FlightRing } from '../capture/flight-ring.ts';

const PADDING = -1;
const ALIGNMENT = 8;
/** As the addon: a smaller ring would not hold one datagram of the largest size. */
const SMALLEST_CAPACITY = 64 * 1024;

/** Writes the flight ring of a portable poller, as native/flight-ring.c does for the native one. */
export class PortableFlightRing {
  private readonly positions: Float64Array;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly capacity: number;

  constructor(memory: SharedArrayBuffer) {
    const room = memory.byteLength - FlightRing.headerBytes;
    if (room < SMALLEST_CAPACITY) throw new Error(`a flight ring needs at least ${SMALLEST_CAPACITY} bytes`);
    this.capacity = room - (room % ALIGNMENT);
    this.positions = new Float64Array(memory, 0, FlightRing.headerBytes / Float64Array.BYTES_PER_ELEMENT);
    this.bytes = new Uint8Array(memory, FlightRing.headerBytes, this.capacity);
    this.view = new DataView(memory, FlightRing.headerBytes, this.capacity);
  }

  write(
    source: Uint8Array,
    offset: number,
    length: number,
    rxNs: number,
    utcOffsetNs: number,
    socket: number,
    sourceAddress: number,
    sourcePort: number,
  ): void {
    const wanted = recordBytes(length);
    const head = this.positions[FlightRing.headCell];
    let at = head % this.capacity;
    const left = this.capacity - at;
    const skipped = left < wanted ? left : 0;
    if (skipped + wanted > this.capacity) return;
    const end = head + skipped + wanted;
    this.giveUp(end, head + skipped);
    if (skipped > 0) {
      if (left >= FlightRing.recordHeaderBytes) this.view.setInt32(at + FlightRing.lengthOffset, PADDING, true);
      at = 0;
    }
    this.view.setFloat64(at + FlightRing.rxNsOffset, rxNs, true);
    this.view.setFloat64(at + FlightRing.utcOffsetNsOffset, utcOffsetNs, true);
    this.view.setFloat64(at + FlightRing.kernelNsOffset, 0, true);
    this.view.setInt32(at + FlightRing.lengthOffset, length, true);
    this.view.setInt32(at + FlightRing.socketOffset, socket, true);
    this.view.setInt32(at + FlightRing.sourceAddressOffset, sourceAddress, true);
    this.view.setInt32(at + FlightRing.sourcePortOffset, sourcePort, true);
    this.bytes.set(source.subarray(offset, offset + length), at + FlightRing.recordHeaderBytes);
    this.positions[FlightRing.headCell] = end;
  }

  /** Moves the tail past the records that a write up to `end` overwrites. */
  private giveUp(end: number, start: number): void {
    const head = this.positions[FlightRing.headCell];
    let tail = this.positions[FlightRing.tailCell];
    while (end - tail > this.capacity) {
      if (tail >= head) {
        tail = start;
        break;
      }
      tail += this.step(tail);
    }
    this.positions[FlightRing.tailCell] = tail;
  }

  private step(position: number): number {
    const at = position % this.capacity;
    const left = this.capacity - at;
    if (left < FlightRing.recordHeaderBytes) return left;
    const length = this.view.getInt32(at + FlightRing.lengthOffset, true);
    return length < 0 || recordBytes(length) > left ? left : recordBytes(length);
  }
}

function recordBytes(length: number): number {
  return FlightRing.recordHeaderBytes + Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}
