import { CaptureFile } from '../capture/capture-bytes.ts';
import { scanCapture } from '../capture/capture-scan.ts';
import { LineTable } from '../capture/line-table.ts';
import { OrderedDatagrams } from '../capture/ordered-datagrams.ts';
import { destinationsSeen } from '../capture/replay.ts';
import { Frame, FrameId, PacketKind } from '../feed/framer.ts';
import { isPacketCapture } from '../sim/packet-capture.ts';
import { feedProtocol } from '../venues/registry.ts';
import { UserError } from './errors.ts';

/** A stream of a capture: where its packets go. */
export interface CapturedStream {
  readonly address: string;
  readonly port: number;
}

/** Packets of a stream that are looked at. */
const SAMPLE_PACKETS = 200;
const LINES = 2;

/**
 * Finds lines A and B of a CME channel in a capture: the two busiest streams that carry the same numbers. The demo's venue
 * is another one where they are found; for any other file it stays as it is.
 * @returns undefined if the busiest stream is none of CME's
 * @throws {UserError} if the file is not there
 */
export async function findCmeLines(path: string): Promise<readonly CapturedStream[] | undefined> {
  const file = await CaptureFile.find(path).catch((error: Error) => {
    throw new UserError(error.message);
  });
  if (!(await isPacketCapture(file))) return undefined;
  const scan = await scanCapture(file, new LineTable([]), 0);
  const lines: CapturedStream[] = [];
  let numbers = new Set<number>();
  for (const [destination] of destinationsSeen([scan])) {
    const colon = destination.lastIndexOf(':');
    const stream = {
      address: destination.slice(0, colon).replace(/[[\]]/g, ''),
      port: Number(destination.slice(colon + 1)),
    };
    const its = await numbersOf(file, stream);
    if (lines.length === 0) {
      if (its === undefined) return undefined;
      numbers = its;
    } else if (its === undefined || ![...its].some((number) => numbers.has(number))) {
      continue;
    }
    lines.push(stream);
    if (lines.length === LINES) break;
  }
  return lines.length === 0 ? undefined : lines;
}

/** Numbers of the first packets; undefined if one of them is no packet of CME's. */
async function numbersOf(file: CaptureFile, stream: CapturedStream): Promise<Set<number> | undefined> {
  const table = new LineTable([stream]);
  const datagrams = new OrderedDatagrams([await scanCapture(file, table, 1)], table);
  const framer = feedProtocol('cme-mdp3').createFramer();
  const frame = new Frame();
  const numbers = new Set<number>();
  try {
    for (let seen = 0; seen < SAMPLE_PACKETS; ) {
      const datagram = datagrams.next();
      if (datagram === undefined) {
        if (await datagrams.readMore()) continue;
        break;
      }
      seen++;
      const { bytes, view, offset, length } = datagram;
      if (framer.frame(bytes, view, offset, length, frame) !== PacketKind.units) return undefined;
      numbers.add(frame.ids[FrameId.first]);
    }
  } finally {
    await datagrams.close();
  }
  return numbers;
}
