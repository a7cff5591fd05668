/** Ethernet II, IPv4 and UDP headers around a payload, as the wire would have carried it (RFC 894, 791, 768, 1112). */

const ETHERNET_BYTES = 14;
const IPV4_BYTES = 20;
const UDP_BYTES = 8;
/** Bytes in front of the payload. */
export const UDP_FRAME_HEADER_BYTES = ETHERNET_BYTES + IPV4_BYTES + UDP_BYTES;
/** Largest payload of an IPv4 UDP datagram. */
export const MAX_UDP_PAYLOAD_BYTES = 65535 - IPV4_BYTES - UDP_BYTES;

const ETHERTYPE_IPV4 = 0x0800;
const VERSION_AND_HEADER_LENGTH = 0x45;
const DO_NOT_FRAGMENT = 0x4000;
const TIME_TO_LIVE = 64;
const PROTOCOL_UDP = 17;
/** RFC 1112: groups map to 01:00:5e and the low 23 bits of their address. */
const MULTICAST_MAC_HIGH = 0x0100;
const MULTICAST_MAC_MIDDLE = 0x5e;
/** First byte of addresses that no vendor was given. */
const LOCAL_MAC_HIGH = 0x0200;

/** A datagram's ends. Addresses are big-endian u32 values, signed or not. */
export interface UdpEnds {
  readonly sourceAddress: number;
  readonly sourcePort: number;
  readonly destinationAddress: number;
  readonly destinationPort: number;
}

/**
 * Writes the frame to the start of `frame`, checksums and all.
 * @returns its length: the payload's and {@link UDP_FRAME_HEADER_BYTES}
 */
export function writeUdpFrame(
  frame: Buffer,
  ends: UdpEnds,
  payload: Uint8Array,
  offset = 0,
  length = payload.length,
): number {
  writeMac(frame, 0, ends.destinationAddress);
  writeMac(frame, 6, ends.sourceAddress);
  frame.writeUInt16BE(ETHERTYPE_IPV4, 12);
  const udpLength = UDP_BYTES + length;

  const ip = ETHERNET_BYTES;
  frame.writeUInt8(VERSION_AND_HEADER_LENGTH, ip);
  frame.writeUInt8(0, ip + 1);
  frame.writeUInt16BE(IPV4_BYTES + udpLength, ip + 2);
  frame.writeUInt16BE(0, ip + 4);
  frame.writeUInt16BE(DO_NOT_FRAGMENT, ip + 6);
  frame.writeUInt8(TIME_TO_LIVE, ip + 8);
  frame.writeUInt8(PROTOCOL_UDP, ip + 9);
  frame.writeUInt16BE(0, ip + 10);
  frame.writeInt32BE(ends.sourceAddress | 0, ip + 12);
  frame.writeInt32BE(ends.destinationAddress | 0, ip + 16);
  frame.writeUInt16BE(checksum(sumWords(frame, ip, IPV4_BYTES)), ip + 10);

  const udp = ip + IPV4_BYTES;
  frame.writeUInt16BE(ends.sourcePort, udp);
  frame.writeUInt16BE(ends.destinationPort, udp + 2);
  frame.writeUInt16BE(udpLength, udp + 4);
  frame.writeUInt16BE(0, udp + 6);
  frame.set(payload.subarray(offset, offset + length), udp + UDP_BYTES);
  const pseudoHeader = sumWords(frame, ip + 12, 8) + PROTOCOL_UDP + udpLength;
  // A computed zero is sent as all ones: zero on the wire means that there is no checksum.
  frame.writeUInt16BE(checksum(pseudoHeader + sumWords(frame, udp, udpLength)) || 0xffff, udp + 6);
  return UDP_FRAME_HEADER_BYTES + length;
}

function writeMac(frame: Buffer, at: number, address: number): void {
  const first = address >>> 24;
  if (first >= 224 && first < 240) {
    frame.writeUInt16BE(MULTICAST_MAC_HIGH, at);
    frame.writeUInt8(MULTICAST_MAC_MIDDLE, at + 2);
    frame.writeUInt8((address >>> 16) & 0x7f, at + 3);
    frame.writeUInt16BE(address & 0xffff, at + 4);
  } else {
    frame.writeUInt16BE(LOCAL_MAC_HIGH, at);
    frame.writeInt32BE(address | 0, at + 2);
  }
}

function sumWords(bytes: Uint8Array, offset: number, length: number): number {
  let sum = 0;
  const even = length & ~1;
  for (let at = offset; at < offset + even; at += 2) sum += (bytes[at] << 8) | bytes[at + 1];
  if (even !== length) sum += bytes[offset + even] << 8;
  return sum;
}

/** The Internet checksum of a sum of 16-bit words (RFC 1071). */
function checksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}
