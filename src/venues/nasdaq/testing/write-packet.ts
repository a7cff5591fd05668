import type { OuchCodec, OuchPackets } from '../ouch-codec.ts';
import { SOUP_HEADER_BYTES } from '../soupbintcp.ts';

/** Puts a copy of a packet at `at`, for the codec to complete. @returns where its message begins */
export function layPacket(codec: OuchCodec, kind: keyof OuchPackets, view: DataView, at: number): number {
  new Uint8Array(view.buffer).set(codec.packets[kind], at);
  return at + SOUP_HEADER_BYTES;
}
