/**
 * From a captured frame to the UDP datagram in it: Ethernet with or without VLAN tags, raw IP, BSD loopback and Linux
 * cooked captures; IPv4 with options, IPv6 with extension headers. Checksums are not verified: captures taken on the
 * sending host rarely have them.
 *
 * Sources: the LINKTYPE registry of the pcap format, IEEE 802.1Q, RFC 791, RFC 768, RFC 8200.
 */

/** Values of the LINKTYPE registry that are understood. Raw IP has had several numbers. */
export const LinkType = {
  null: 0,
  ethernet: 1,
  rawBsd: 12,
  rawOpenBsd: 14,
  raw: 101,
  loop: 108,
  linuxCooked: 113,
  ipv4: 228,
  ipv6: 229,
  linuxCooked2: 276,
} as const;

/** What a frame turned out to hold. */
export const DecodeResult = {
  /** A whole UDP datagram, or the captured part of one: see {@link Datagram}. */
  datagram: 0,
  /** Part of a fragmented IPv4 datagram: the `fragment…` fields are set, ports are not. */
  fragment: 1,
  /** ARP, LLDP and whatever else is not IP. */
  notIp: 2,
  /** TCP, IGMP and whatever else is not UDP. */
  notUdp: 3,
  /** The capture cut the frame before its UDP header ended. */
  cutHeader: 4,
  /** Lengths or versions that contradict each other: a host would have dropped it. */
  malformed: 5,
  /** A link layer that is not read. */
  unknownLink: 6,
  /** A fragmented IPv6 datagram, which is not put together. */
  ipv6Fragment: 7,
} as const;
export type DecodeResult = (typeof DecodeResult)[keyof typeof DecodeResult];

/** A UDP datagram within a frame; one instance is reused. */
export class Datagram {
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  /** Where the payload stands and how much of it was captured. */
  offset = 0;
  length = 0;
  /** The capture holds less of the payload than was on the wire. */
  truncated = false;
  /** Destination as four words in network order; IPv4 as an IPv4-mapped IPv6 address (`::ffff:a.b.c.d`). */
  readonly destination = new Int32Array(4);
  readonly source = new Int32Array(4);
  destinationPort = 0;
  sourcePort = 0;
  /** Fragments only: the datagram's identification, this part's offset in bytes, whether more follow. */
  fragmentId = 0;
  fragmentOffset = 0;
  moreFragments = false;
  /** Capture stamp, UTC seconds and nanoseconds. */
  seconds = 0;
  nanoseconds = 0;
}

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
/** 802.1Q, 802.1ad and the tags used before it. */
const VLAN_ETHERTYPES: readonly number[] = [0x8100, 0x88a8, 0x9100, 0x9200];
const VLAN_TAG_BYTES = 4;
const ETHERNET_TYPE_OFFSET = 12;
const COOKED_TYPE_OFFSET = 14;
const COOKED_HEADER_BYTES = 16;
const COOKED2_HEADER_BYTES = 20;
const LOOPBACK_HEADER_BYTES = 4;
const AF_INET = 2;
/** AF_INET6 on the BSDs, Darwin and Linux. */
const AF_INET6: readonly number[] = [10, 24, 28, 30];

const IP_PROTOCOL_UDP = 17;
const IPV4_MIN_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;
const UDP_HEADER_BYTES = 8;
const IPV4_MAPPED_WORD = 0x0000ffff;
const IPV6_FRAGMENT_HEADER = 44;
/** Hop-by-hop, routing, destination options. */
const IPV6_EXTENSION_HEADERS: readonly number[] = [0, 43, 60];
const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET_MASK = 0x1fff;

/**
 * Finds the datagram of the frame at `bytes[offset..offset+capturedLength)`, of which `wireLength` bytes were on the
 * wire. Never reads outside the captured bytes and never throws.
 */
export function decodeFrame(
  linkType: number,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  capturedLength: number,
  wireLength: number,
  datagram: Datagram,
): DecodeResult {
  const end = offset + capturedLength;
  const wireEnd = offset + Math.max(wireLength, capturedLength);
  datagram.bytes = bytes;
  datagram.view = view;
  let at: number;
  let etherType: number;
  switch (linkType) {
    case LinkType.ethernet:
      at = offset + ETHERNET_TYPE_OFFSET + 2;
      if (at > end) return DecodeResult.cutHeader;
      etherType = view.getUint16(offset + ETHERNET_TYPE_OFFSET, false);
      break;
    case LinkType.linuxCooked:
      at = offset + COOKED_HEADER_BYTES;
      if (at > end) return DecodeResult.cutHeader;
      etherType = view.getUint16(offset + COOKED_TYPE_OFFSET, false);
      break;
    case LinkType.linuxCooked2:
      at = offset + COOKED2_HEADER_BYTES;
      if (at > end) return DecodeResult.cutHeader;
      etherType = view.getUint16(offset, false);
      break;
    case LinkType.raw:
    case LinkType.rawBsd:
    case LinkType.rawOpenBsd:
    case LinkType.ipv4:
    case LinkType.ipv6:
      return decodeIp(view, offset, end, wireEnd, datagram);
    case LinkType.null:
    case LinkType.loop: {
      at = offset + LOOPBACK_HEADER_BYTES;
      if (at > end) return DecodeResult.cutHeader;
      // The family is in the byte order of the capturing host; a value below 65536 tells which that was.
      const big = view.getUint32(offset, false);
      const family = big < 0x10000 ? big : view.getUint32(offset, true);
      if (family !== AF_INET && !AF_INET6.includes(family)) return DecodeResult.notIp;
      return decodeIp(view, at, end, wireEnd, datagram);
    }
    default:
      return DecodeResult.unknownLink;
  }
  while (VLAN_ETHERTYPES.includes(etherType)) {
    if (at + VLAN_TAG_BYTES > end) return DecodeResult.cutHeader;
    etherType = view.getUint16(at + 2, false);
    at += VLAN_TAG_BYTES;
  }
  if (etherType !== ETHERTYPE_IPV4 && etherType !== ETHERTYPE_IPV6) return DecodeResult.notIp;
  return decodeIp(view, at, end, wireEnd, datagram);
}

function decodeIp(view: DataView, at: number, end: number, wireEnd: number, datagram: Datagram): DecodeResult {
  if (at >= end) return DecodeResult.cutHeader;
  const version = view.getUint8(at) >>> 4;
  if (version === 4) return decodeIpv4(view, at, end, wireEnd, datagram);
  if (version === 6) return decodeIpv6(view, at, end, wireEnd, datagram);
  return DecodeResult.malformed;
}

function decodeIpv4(view: DataView, at: number, end: number, wireEnd: number, datagram: Datagram): DecodeResult {
  if (at + IPV4_MIN_HEADER_BYTES > end) return DecodeResult.cutHeader;
  const headerBytes = (view.getUint8(at) & 0x0f) * 4;
  // Captures taken before the card's segmentation offload show a total length of 0: the frame's own end counts then.
  const totalLength = view.getUint16(at + 2, false) || wireEnd - at;
  if (headerBytes < IPV4_MIN_HEADER_BYTES || totalLength < headerBytes || at + totalLength > wireEnd) {
    return DecodeResult.malformed;
  }
  if (view.getUint8(at + 9) !== IP_PROTOCOL_UDP) return DecodeResult.notUdp;
  datagram.source[0] = 0;
  datagram.source[1] = 0;
  datagram.source[2] = IPV4_MAPPED_WORD;
  datagram.source[3] = view.getInt32(at + 12, false);
  datagram.destination[0] = 0;
  datagram.destination[1] = 0;
  datagram.destination[2] = IPV4_MAPPED_WORD;
  datagram.destination[3] = view.getInt32(at + 16, false);
  const payload = at + headerBytes;
  const payloadEnd = at + totalLength;
  const flags = view.getUint16(at + 6, false);
  if ((flags & (MORE_FRAGMENTS | FRAGMENT_OFFSET_MASK)) !== 0) {
    if (payload > end) return DecodeResult.cutHeader;
    datagram.fragmentId = view.getUint16(at + 4, false);
    datagram.fragmentOffset = (flags & FRAGMENT_OFFSET_MASK) * 8;
    datagram.moreFragments = (flags & MORE_FRAGMENTS) !== 0;
    datagram.offset = payload;
    datagram.length = Math.min(payloadEnd, end) - payload;
    datagram.truncated = payloadEnd > end;
    return DecodeResult.fragment;
  }
  return decodeUdp(view, payload, payloadEnd, end, datagram);
}

function decodeIpv6(view: DataView, at: number, end: number, wireEnd: number, datagram: Datagram): DecodeResult {
  if (at + IPV6_HEADER_BYTES > end) return DecodeResult.cutHeader;
  const payloadLength = view.getUint16(at + 4, false) || wireEnd - at - IPV6_HEADER_BYTES;
  const payloadEnd = at + IPV6_HEADER_BYTES + payloadLength;
  if (payloadEnd > wireEnd) return DecodeResult.malformed;
  for (let word = 0; word < 4; word++) {
    datagram.source[word] = view.getInt32(at + 8 + word * 4, false);
    datagram.destination[word] = view.getInt32(at + 24 + word * 4, false);
  }
  let next = view.getUint8(at + 6);
  let payload = at + IPV6_HEADER_BYTES;
  while (IPV6_EXTENSION_HEADERS.includes(next)) {
    if (payload + 8 > payloadEnd) return DecodeResult.malformed;
    if (payload + 2 > end) return DecodeResult.cutHeader;
    next = view.getUint8(payload);
    payload += (view.getUint8(payload + 1) + 1) * 8;
  }
  if (next === IPV6_FRAGMENT_HEADER) return DecodeResult.ipv6Fragment;
  if (next !== IP_PROTOCOL_UDP) return DecodeResult.notUdp;
  return decodeUdp(view, payload, payloadEnd, end, datagram);
}

/** `at..payloadEnd` is the IP payload; the capture ends at `end`. */
export function decodeUdp(
  view: DataView,
  at: number,
  payloadEnd: number,
  end: number,
  datagram: Datagram,
): DecodeResult {
  if (at + UDP_HEADER_BYTES > payloadEnd) return DecodeResult.malformed;
  if (at + UDP_HEADER_BYTES > end) return DecodeResult.cutHeader;
  const length = view.getUint16(at + 4, false) || payloadEnd - at;
  if (length < UDP_HEADER_BYTES || at + length > payloadEnd) return DecodeResult.malformed;
  datagram.sourcePort = view.getUint16(at, false);
  datagram.destinationPort = view.getUint16(at + 2, false);
  datagram.offset = at + UDP_HEADER_BYTES;
  datagram.length = Math.min(at + length, end) - datagram.offset;
  datagram.truncated = at + length > end;
  return DecodeResult.datagram;
}
