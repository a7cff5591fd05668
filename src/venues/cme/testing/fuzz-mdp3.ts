import { Frame, FrameId, PacketKind } from '../../../feed/framer.ts';
import { Mdp3Framer } from '../mdp3.ts';
import { mdp3Packet } from './mdp3-packet.ts';

/** Fuzz target: MDP 3.0 packets. A frame lies within its packet, or the packet is malformed and delivers nothing. */

const framer = new Mdp3Framer();
const frame = new Frame(1);
/** Noise around the packet: what is read outside of it would show as a difference between the two framings. */
const MARGIN_BYTES = 32;
const buffer = new Uint8Array(64 * 1024 + 2 * MARGIN_BYTES);
const view = new DataView(buffer.buffer);

function frameWithin(bytes: Uint8Array, noise: number): number {
  buffer.fill(noise, 0, MARGIN_BYTES);
  buffer.set(bytes, MARGIN_BYTES);
  buffer.fill(noise, MARGIN_BYTES + bytes.length, 2 * MARGIN_BYTES + bytes.length);
  const kind = framer.frame(buffer, view, MARGIN_BYTES, bytes.length, frame);
  if (kind === PacketKind.malformed) {
    if (frame.count !== 0 || frame.malformedReason === 0) throw new Error('malformed, but not said so');
    return -frame.malformedReason;
  }
  const [first, next, predecessor] = [
    frame.ids[FrameId.first],
    frame.ids[FrameId.next],
    frame.ids[FrameId.predecessor],
  ];
  if (kind !== PacketKind.units || frame.count !== 1) throw new Error(`kind ${kind}, ${frame.count} units`);
  if (next !== first + 1 || predecessor !== first - 1 || first < 1) throw new Error(`numbers ${first}, ${next}`);
  if (frame.unitOffset[0] !== MARGIN_BYTES + 12 || frame.unitLength[0] !== bytes.length - 12) {
    throw new Error(`unit at ${frame.unitOffset[0]}, ${frame.unitLength[0]} bytes`);
  }
  return first;
}

export const target = {
  name: 'cme-mdp3',
  seeds: [
    mdp3Packet(1, []),
    mdp3Packet(17_347_815, [40]),
    mdp3Packet(0xffffffff, [10, 64, 12]),
    mdp3Packet(
      70_000,
      Array.from({ length: 20 }, (_, index) => 10 + index),
    ),
  ] as readonly Uint8Array[],
  run(bytes: Uint8Array): void {
    const quiet = frameWithin(bytes, 0);
    const loud = frameWithin(bytes, 0xff);
    if (quiet !== loud) throw new Error('what lies outside of the packet made a difference');
  },
};
