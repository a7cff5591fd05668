import { LinkType } from '../link-layer.ts';
import { UDP_FRAME_HEADER_BYTES, type UdpEnds, writeUdpFrame } from '../udp-frame.ts';

/** Ways in which a UDP datagram comes out of a capture, with their link types. */
export const encapsulations = {
  ethernet: LinkType.ethernet,
  vlan: LinkType.ethernet,
  qinq: LinkType.ethernet,
  padded: LinkType.ethernet,
  options: LinkType.ethernet,
  offloaded: LinkType.ethernet,
  raw: LinkType.raw,
  rawBsd: LinkType.rawBsd,
  ipv4: LinkType.ipv4,
  null: LinkType.null,
  loop: LinkType.loop,
  linuxCooked: LinkType.linuxCooked,
  linuxCooked2: LinkType.linuxCooked2,
  ipv6: LinkType.ethernet,
  ipv6Extended: LinkType.raw,
} as const;
export type Encapsulation = keyof typeof encapsulations;

const ETHERNET_BYTES = 14;
const IPV4_BYTES = 20;
const MIN_ETHERNET_BYTES = 60;

/** An Ethernet frame around a datagram. */
export function ethernetFrame(ends: UdpEnds, payload: Uint8Array): Buffer {
  const frame = Buffer.alloc(UDP_FRAME_HEADER_BYTES + payload.length);
  writeUdpFrame(frame, ends, payload);
  return frame;
}

/** The IPv4-mapped prefix makes IPv6 frames carry the same addresses as all the others. */
function ipv6Packet(ip: Buffer, extended: boolean): Buffer {
  const udp = ip.subarray(IPV4_BYTES);
  // A destination options header with nothing but padding.
  const extension = extended ? Buffer.from([17, 0, 1, 4, 0, 0, 0, 0]) : Buffer.alloc(0);
  const header = Buffer.alloc(40);
  header.writeUInt32BE(0x60000000, 0);
  header.writeUInt16BE(extension.length + udp.length, 4);
  header.writeUInt8(extended ? 60 : 17, 6);
  header.writeUInt8(64, 7);
  header.writeUInt16BE(0xffff, 18);
  ip.copy(header, 20, 12, 16);
  header.writeUInt16BE(0xffff, 34);
  ip.copy(header, 36, 16, 20);
  return Buffer.concat([header, extension, udp]);
}

/** Wraps a datagram as a capture of that kind would hold it. */
export function encapsulate(kind: Encapsulation, ends: UdpEnds, payload: Uint8Array): Buffer {
  const frame = ethernetFrame(ends, payload);
  const macs = frame.subarray(0, 12);
  const ip = frame.subarray(ETHERNET_BYTES);
  switch (kind) {
    case 'ethernet':
      return frame;
    case 'vlan':
      return Buffer.concat([macs, Buffer.from('81000065', 'hex'), frame.subarray(12)]);
    case 'qinq':
      return Buffer.concat([macs, Buffer.from('88a8000181000065', 'hex'), frame.subarray(12)]);
    case 'padded':
      return Buffer.concat([frame, Buffer.alloc(Math.max(0, MIN_ETHERNET_BYTES - frame.length) + 4, 0xee)]);
    case 'options': {
      const withOptions = Buffer.concat([
        ip.subarray(0, IPV4_BYTES),
        Buffer.from([1, 1, 1, 0]),
        ip.subarray(IPV4_BYTES),
      ]);
      withOptions.writeUInt8(0x46, 0);
      withOptions.writeUInt16BE(withOptions.length, 2);
      return Buffer.concat([frame.subarray(0, ETHERNET_BYTES), withOptions]);
    }
    case 'offloaded':
      frame.writeUInt16BE(0, ETHERNET_BYTES + 2);
      return frame;
    case 'raw':
    case 'rawBsd':
    case 'ipv4':
      return ip;
    case 'null':
      return Buffer.concat([Buffer.from([2, 0, 0, 0]), ip]);
    case 'loop':
      return Buffer.concat([Buffer.from([0, 0, 0, 2]), ip]);
    case 'linuxCooked':
      return Buffer.concat([Buffer.from('00000001000600112233445500000800', 'hex'), ip]);
    case 'linuxCooked2':
      return Buffer.concat([Buffer.from('0800000000000002000100060011223344550000', 'hex'), ip]);
    case 'ipv6':
      return Buffer.concat([macs, Buffer.from([0x86, 0xdd]), ipv6Packet(ip, false)]);
    case 'ipv6Extended':
      return ipv6Packet(ip, true);
  }
}

/** Cuts a datagram's Ethernet frame into IPv4 fragments that carry `bytesEach` (a multiple of 8) of its payload. */
export function fragmentFrame(frame: Buffer, bytesEach: number, id: number): Buffer[] {
  const ip = frame.subarray(ETHERNET_BYTES);
  const data = ip.subarray(IPV4_BYTES);
  const fragments: Buffer[] = [];
  for (let at = 0; at < data.length; at += bytesEach) {
    const part = data.subarray(at, at + bytesEach);
    const header = Buffer.from(ip.subarray(0, IPV4_BYTES));
    header.writeUInt16BE(IPV4_BYTES + part.length, 2);
    header.writeUInt16BE(id, 4);
    header.writeUInt16BE((at + bytesEach < data.length ? 0x2000 : 0) | (at / 8), 6);
    fragments.push(Buffer.concat([frame.subarray(0, ETHERNET_BYTES), header, part]));
  }
  return fragments;
}
