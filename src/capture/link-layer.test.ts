import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from './addresses.ts';
import { Datagram, DecodeResult, decodeFrame, LinkType } from './link-layer.ts';
import { type Encapsulation, encapsulate, encapsulations, ethernetFrame } from './testing/encapsulate.ts';
import type { UdpEnds } from './udp-frame.ts';

const kinds = Object.keys(encapsulations) as Encapsulation[];
const ends: UdpEnds = {
  sourceAddress: 0xcdd1dd49,
  sourcePort: 14320,
  destinationAddress: 0xe0001f0b,
  destinationPort: 14321,
};

function decode(
  linkType: number,
  frame: Uint8Array,
  wireLength = frame.length,
): { result: DecodeResult; datagram: Datagram } {
  // Noise on both sides: what is read outside the frame would show.
  const bytes = Buffer.concat([Buffer.alloc(16, 0x45), frame, Buffer.alloc(16, 0x45)]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const datagram = new Datagram();
  return { result: decodeFrame(linkType, bytes, view, 16, frame.length, wireLength, datagram), datagram };
}

function payloadOf({ bytes, offset, length }: Datagram): string {
  return Buffer.from(bytes.subarray(offset, offset + length)).toString('latin1');
}

describe('decodeFrame', () => {
  it.each(kinds)('finds the datagram in %s', (kind) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (payload) => {
        // A frame that shows no lengths of its own may not be padded.
        const { result, datagram } = decode(encapsulations[kind], encapsulate(kind, ends, payload));
        expect(result).toBe(DecodeResult.datagram);
        expect(payloadOf(datagram)).toBe(Buffer.from(payload).toString('latin1'));
        expect(formatAddress(datagram.destination)).toBe('224.0.31.11');
        expect(formatAddress(datagram.source)).toBe('205.209.221.73');
        expect([datagram.sourcePort, datagram.destinationPort]).toEqual([14320, 14321]);
        expect(datagram.truncated).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it.each(kinds)('knows at every length that %s was cut, and reads nothing behind the cut', (kind) => {
    const whole = encapsulate(kind, ends, Buffer.from('twenty bytes payload'));
    const payloadEnd = whole.indexOf('twenty bytes payload') + 20;
    for (let length = 0; length < payloadEnd; length++) {
      const { result, datagram } = decode(encapsulations[kind], whole.subarray(0, length), whole.length);
      if (result === DecodeResult.datagram) {
        expect(datagram.truncated).toBe(true);
        expect(datagram.offset + datagram.length).toBe(16 + length);
      } else expect(result).toBe(DecodeResult.cutHeader);
    }
  });

  it('takes any bytes without reading outside them', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(LinkType), 147),
        fc.uint8Array({ maxLength: 120 }),
        fc.nat(200),
        (linkType, frame, more) => {
          const { result, datagram } = decode(linkType, frame, frame.length + more);
          if (result !== DecodeResult.datagram && result !== DecodeResult.fragment) return;
          expect(datagram.offset).toBeGreaterThanOrEqual(16);
          expect(datagram.length).toBeGreaterThanOrEqual(0);
          expect(datagram.offset + datagram.length).toBeLessThanOrEqual(16 + frame.length);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['ARP', '0806', DecodeResult.notIp],
    ['LLDP', '88cc', DecodeResult.notIp],
  ])('leaves %s alone', (_name, etherType, result) => {
    const frame = ethernetFrame(ends, Buffer.from('x'));
    frame.write(etherType, 12, 'hex');
    expect(decode(LinkType.ethernet, frame).result).toBe(result);
  });

  it('leaves TCP alone', () => {
    const frame = ethernetFrame(ends, Buffer.from('x'));
    frame.writeUInt8(6, 23);
    expect(decode(LinkType.ethernet, frame).result).toBe(DecodeResult.notUdp);
  });

  it.each([
    ['a header length below 20', 14, 0x44],
    ['a version that is neither 4 nor 6', 14, 0x55],
    ['a total length beyond the frame', 16, 0xff],
    ['a UDP length beyond the packet', 38, 0xff],
  ])('calls %s malformed', (_what, at, value) => {
    const frame = ethernetFrame(ends, Buffer.from('payload'));
    frame.writeUInt8(value, at);
    expect(decode(LinkType.ethernet, frame).result).toBe(DecodeResult.malformed);
  });

  it('names link layers that it does not read', () => {
    expect(decode(147, Buffer.alloc(100)).result).toBe(DecodeResult.unknownLink);
  });
});

describe('addresses', () => {
  it.each(['224.0.31.11', '0.0.0.0', '255.255.255.255'])('reads and writes %s', (text) => {
    expect(formatAddress(parseAddress(text)!)).toBe(text);
  });

  it('reads IPv6 addresses, short forms too', () => {
    expect(formatAddress(parseAddress('ff05::1:3')!)).toBe('ff05:0:0:0:0:0:1:3');
    expect(formatAddress(parseAddress('::1')!)).toBe('0:0:0:0:0:0:0:1');
    expect(formatAddress(parseAddress('fe80:1:2:3:4:5:6:7')!)).toBe('fe80:1:2:3:4:5:6:7');
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4.5',
    'localhost',
    '::1::',
    '1:2:3',
    'g::1',
    '1:2:3:4:5:6:7:8:9',
  ])('refuses "%s"', (text) => expect(parseAddress(text)).toBeUndefined());
});
