/**
 * A received packet as a record of a line's ring: how it crosses from the line's thread to the router's (dedicated
 * layout). The datagram follows the fixed part.
 */
export const PacketRecord = {
  /** Type of a record that carries a datagram. */
  packetType: 1,
  /** Type of a record without one: the line's socket counters have changed. */
  socketType: 2,
  /** f64, monotonic ns of receive. */
  rxNsOffset: 0,
  /** i32, `PacketFlag` bits (packetType). */
  flagsOffset: 8,
  /** i32, spare, keeps the datagram 8-byte aligned. */
  spareOffset: 12,
  headerBytes: 16,
  /** f64, datagrams that this host dropped so far: the kernel, or the line's thread because the ring was full (socketType). */
  kernelDropsOffset: 0,
  /** f64, errors of the socket so far (socketType). */
  errorsOffset: 8,
  socketBytes: 16,
} as const;
