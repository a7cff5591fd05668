/** Builds an MDP 3.0 packet: a header and messages of the given sizes (their own size field included). */
export function mdp3Packet(
  sequence: number,
  messageSizes: readonly number[],
  sendingTimeNs = 1_475_012_773_473_571_343n,
): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt32LE(sequence, 0);
  header.writeBigUInt64LE(sendingTimeNs, 4);
  const messages = messageSizes.map((size, index) => {
    const message = Buffer.alloc(size, index + 1);
    message.writeUInt16LE(size, 0);
    return message;
  });
  return Buffer.concat([header, ...messages]);
}
