import { SOUP_HEADER_BYTES, SoupType } from './soupbintcp.ts';

const WORD_BYTES = 4;

/**
 * A whole SoupBinTCP packet around an order message, encoded beforehand: {@link stamp} copies it word by word to where
 * it goes out, and the caller patches the few fields that differ.
 */
export class PacketTemplate {
  /** Bytes of the packet. */
  readonly bytes: number;
  /** What {@link stamp} writes: {@link bytes} and up to three zeros behind. */
  private readonly words: Int32Array;

  /** @param fill writes the message at offset 0 of a zeroed view. @returns its length */
  constructor(fill: (message: DataView) => number) {
    const room = new Uint8Array(MAX_MESSAGE_BYTES + SOUP_HEADER_BYTES);
    const length = fill(new DataView(room.buffer, SOUP_HEADER_BYTES));
    const view = new DataView(room.buffer);
    view.setUint16(0, length + 1);
    view.setUint8(2, SoupType.unsequenced);
    this.bytes = SOUP_HEADER_BYTES + length;
    this.words = Int32Array.from({ length: Math.ceil(this.bytes / WORD_BYTES) }, (_, word) =>
      view.getInt32(word * WORD_BYTES, true),
    );
  }

  /** Copies the packet. @returns where its message begins */
  stamp(view: DataView, at: number): number {
    const { words } = this;
    for (let i = 0; i < words.length; i++) view.setInt32((at + (i << 2)) | 0, words[i], true);
    return (at + SOUP_HEADER_BYTES) | 0;
  }
}

const MAX_MESSAGE_BYTES = 125;
