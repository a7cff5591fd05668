import { type CapturedFrame, CaptureReader } from './capture-reader.ts';
import { FragmentAssembler } from './fragments.ts';
import { Datagram, DecodeResult, decodeFrame } from './link-layer.ts';

/** What became of a file's frames. */
export interface FrameTally {
  frames: number;
  /** UDP datagrams found, fragmented ones counted once. */
  datagrams: number;
  /** Of them: cut by the capture's snap length. */
  truncated: number;
  /** Frames that hold something else, by {@link DecodeResult}. */
  readonly other: Int32Array;
  /** Link types that are not read, in the order in which they were met. */
  readonly unknownLinkTypes: number[];
}

/**
 * The UDP datagrams of one capture file, in the order of its bytes. Give it the file in pieces; it calls back for each
 * datagram with an instance that it reuses.
 */
export class DatagramReader {
  readonly capture: CaptureReader;
  readonly fragments = new FragmentAssembler();
  readonly tally: FrameTally = {
    frames: 0,
    datagrams: 0,
    truncated: 0,
    other: new Int32Array(DecodeResult.ipv6Fragment + 1),
    unknownLinkTypes: [],
  };
  readonly #datagram = new Datagram();
  readonly #onDatagram: (datagram: Datagram) => void;

  constructor(onDatagram: (datagram: Datagram) => void) {
    this.#onDatagram = onDatagram;
    this.capture = new CaptureReader((frame) => this.#decode(frame));
  }

  push(chunk: Uint8Array): void {
    this.capture.push(chunk);
  }

  end(): void {
    this.capture.end();
    this.fragments.end();
  }

  #decode(frame: CapturedFrame): void {
    const datagram = this.#datagram;
    const { tally } = this;
    tally.frames++;
    datagram.seconds = frame.seconds;
    datagram.nanoseconds = frame.nanoseconds;
    const { linkType, bytes, view, offset, capturedLength, wireLength } = frame;
    const result = decodeFrame(linkType, bytes, view, offset, capturedLength, wireLength, datagram);
    if (result === DecodeResult.fragment) {
      tally.other[result]++;
      if (!this.fragments.add(datagram)) return;
    } else if (result !== DecodeResult.datagram) {
      tally.other[result]++;
      if (result === DecodeResult.unknownLink && !tally.unknownLinkTypes.includes(linkType)) {
        tally.unknownLinkTypes.push(linkType);
      }
      return;
    }
    tally.datagrams++;
    if (datagram.truncated) tally.truncated++;
    this.#onDatagram(datagram);
  }
}
