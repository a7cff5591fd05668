import { SOUP_HEADER_BYTES, SoupType } from './soupbintcp.ts';

const TYPE_AT = 2;
const MAX_MESSAGE_BYTES = 125;

/**
 * Encodes a whole SoupBinTCP packet around an order message beforehand: the fields that differ from one order to the
 * next are patched into copies of it.
 * @param fill writes the message at offset 0 of a zeroed view. @returns its length
 */
export function packetTemplate(fill: (message: DataView) => number): Uint8Array {
  const room = new Uint8Array(SOUP_HEADER_BYTES + MAX_MESSAGE_BYTES);
  const length = fill(new DataView(room.buffer, SOUP_HEADER_BYTES));
  new DataView(room.buffer).setUint16(0, length + 1);
  room[TYPE_AT] = SoupType.unsequenced;
  return room.slice(0, SOUP_HEADER_BYTES + length);
}
