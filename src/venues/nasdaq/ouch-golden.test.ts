import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { OrderConnectionSink } from '../../order/order-protocol.ts';
import { Marking, Side, TimeInForce } from '../../order/terms.ts';
import { ReportKind, type VenueReport } from '../../order/venue-report.ts';
import { orderProtocol } from '../order-registry.ts';
import { OuchRefusal } from './ouch-refusal.ts';
import { clientIdText, OuchLifetime, OuchRequest, OuchRequestKind } from './ouch-request.ts';
import { Ouch50Server } from './ouch50-server.ts';
import { SoupServer } from './soupbintcp.ts';

const bytesOf = (hex: string) => Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (pair) => Number.parseInt(pair, 16));
const latin = (text: string) => Uint8Array.from(text, (one) => one.charCodeAt(0));
const hexOf = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const letter = (text: string) => text.charCodeAt(0);

class Listener implements OrderConnectionSink {
  readonly reports: Partial<VenueReport>[] = [];
  readonly log: string[] = [];
  loginAccepted(): void {
    this.log.push('accepted');
  }
  loginRejected(): void {
    this.log.push('rejected');
  }
  report(report: VenueReport): void {
    this.reports.push({ ...report, cells: report.cells.slice() });
  }
  heard(): void {}
  endOfSession(): void {
    this.log.push('end of session');
  }
  failed(reason: string): void {
    this.log.push(reason);
  }
}

/** A client that has logged on at message 1 of session DAY1. */
function loggedOn(protocol: string) {
  const listener = new Listener();
  const options = { username: 'warm', password: 'line', session: '', day: 20260105, firm: 'WARM' };
  const connection = orderProtocol(protocol).createConnection(options, listener);
  connection.onOpen();
  connection.login('');
  const login = String.fromCharCode(...connection.output.slice(0, connection.outputLength));
  connection.consumed(connection.outputLength);
  const accepted = latin(`\0\x1fA${'DAY1'.padStart(10)}${'1'.padStart(20)}`);
  connection.onBytes(accepted, 0, accepted.length);
  const sent = () => {
    const bytes = connection.output.slice(0, connection.outputLength);
    connection.consumed(bytes.length);
    return bytes;
  };
  return { connection, listener, login, sent };
}

describe('OUCH over SoupBinTCP, byte for byte', () => {
  it('logs in', () => {
    expect(loggedOn('ouch50').login).toBe(`\0\x2fLwarm  line      ${' '.repeat(10)}${'1'.padStart(20)}`);
  });

  it('OUCH 5.0: enters, replaces, cancels, asks', () => {
    const { connection, sent } = loggedOn('ouch50');
    connection.enter(
      0x7154,
      Side.sell,
      Marking.short,
      225,
      0x43564c54,
      0x20202020,
      0x99db830,
      TimeInForce.immediateOrCancel,
    );
    expect(hexOf(sent())).toBe(
      // length, U, O, reference, T, shares, CVLT, price, 3YPNN, ClOrdID, appendage with the firm
      `003655${'4f'}00007154${'54'}000000e1${'43564c5420202020'}00000000099db830${'3359504e4e'}${'20'.repeat(14)}0006${'05025741524d'}`,
    );
    connection.replace(0x7154, 0x7155, Side.sell, Marking.short, 300, 0x0000ffff);
    expect(hexOf(sent())).toBe(
      `002955${'55'}00007154${'00007155'}0000012c${'000000000000ffff'}${'30594e'}${'20'.repeat(14)}0000`,
    );
    connection.cancel(0x752e71, 0);
    expect(hexOf(sent())).toBe('000a555800752e7100000000');
    connection.barrier(0, 0, 0, 0);
    expect(hexOf(sent())).toBe('00025551');
  });

  it('OUCH 4.2: enters, replaces, cancels, probes', () => {
    const { connection, sent } = loggedOn('ouch42');
    const day = (20260105).toString(36).toUpperCase();
    connection.enter(0xab12, Side.sell, Marking.shortExempt, 225, 0x43564c54, 0x20202020, 0x99db830, TimeInForce.day);
    expect(String.fromCharCode(...sent())).toBe(
      `\0\x32UOW${day}0000AB12E\0\0\0\xe1CVLT    \x09\x9d\xb8\x30\0\x01\x86\x9eWARMYPN\0\0\0\0NN`,
    );
    connection.replace(0xab12, 0xab13, Side.sell, Marking.shortExempt, 1, 1);
    expect(String.fromCharCode(...sent())).toBe(
      `\0\x30UUW${day}0000AB12W${day}0000AB13\0\0\0\x01\0\0\0\x01\0\x01\x86\x9eYN\0\0\0\0`,
    );
    connection.cancel(0xab13, 5);
    expect(String.fromCharCode(...sent())).toBe(`\0\x14UXW${day}0000AB13\0\0\0\x05`);
    connection.barrier(0xab14, Side.buy, 0x43564c54, 0x20202020);
    expect(String.fromCharCode(...sent())).toBe(
      `\0\x32UOW${day}0000AB14B\0\0\0\x01CVLT    \0\0\0\x01\0\0\0\0WARMYPN\0\0\0\x01NN`,
    );
  });

  it('OUCH 5.0: reads both revisions of AIQ Canceled, and the Trade Correction of the older one', () => {
    const { connection, listener } = loggedOn('ouch50');
    const stamp = '0000000000000007';
    const aiq = `44${stamp}00000005 0000000a 51 0000000a 0000000000002710 41`;
    const correction = `46${stamp}00000005 0000000a 0000000000002710 41 000000010000002a 45 ${'20'.repeat(14)}`;
    for (const message of [aiq, `${aiq}4e`, `${aiq}0000`, `${aiq}4e0003021c01`, correction, `${correction}0000`]) {
      const payload = bytesOf(message);
      const packet = Uint8Array.of(0, payload.length + 1, letter('S'), ...payload);
      connection.onBytes(packet, 0, packet.length);
    }
    const canceled = { kind: ReportKind.selfMatchCancelled, ref: 5, shares: 10, price4: 10_000 };
    const corrected = { kind: ReportKind.corrected, ref: 5, shares: 10, price4: 10_000, matchHi: 1, matchLo: 42 };
    expect(listener.reports).toMatchObject([canceled, canceled, canceled, canceled, corrected, corrected]);
    expect(connection.malformed).toBe(0);
  });
});

const CAPTURES = fileURLToPath(
  new URL('../../../../shared/data/nasdaq-singles/Nasdaq.Nsm.Ouch.v5.0/', import.meta.url),
);
const PCAP_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const ETHERTYPE_AT = 12;
const ETHERTYPE_BYTES = 2;
const VLAN = 0x8100;
const VLAN_BYTES = 4;

/** Payload of the one TCP segment of a capture. */
function payload(name: string): Uint8Array {
  const file = readFileSync(`${CAPTURES}${name}.pcap`);
  const frame = file.subarray(PCAP_HEADER_BYTES + RECORD_HEADER_BYTES);
  const tagged = frame.readUInt16BE(ETHERTYPE_AT) === VLAN;
  const ip = frame.subarray(ETHERTYPE_AT + ETHERTYPE_BYTES + (tagged ? VLAN_BYTES : 0));
  const tcp = ip.subarray((ip[0] & 0xf) * 4, ip.readUInt16BE(2));
  return Uint8Array.from(tcp.subarray((tcp[12] >> 4) * 4));
}

describe.skipIf(!existsSync(CAPTURES))('real OUCH 5.0 packets (../shared/data)', () => {
  const request = new OuchRequest();

  it('Enter Order: the venue’s side reads every field', () => {
    const packet = payload('EnterOrderMessage');
    const seen: number[] = [];
    const codec = new Ouch50Server();
    const venue: SoupServer = new SoupServer({
      login: () => venue.accept('DAY1', 1),
      unsequenced: (_bytes, view, offset, length) => seen.push(codec.parse(view, offset, length, request)),
      logout: () => {},
      failed: () => {},
    });
    const login = latin(loggedOn('ouch50').login);
    venue.onBytes(login, 0, login.length);
    venue.onBytes(packet, 0, packet.length);
    expect(seen).toEqual([OuchRefusal.none]);
    expect(request).toMatchObject({
      kind: OuchRequestKind.enter,
      ref: 0x71,
      side: letter('T'),
      shares: 225,
      symbolHi: 0x43564c54,
      price4: 630_200,
      lifetime: OuchLifetime.day,
      display: letter('Y'),
      capacity: letter('A'),
      firmKey: 0x4c494d45,
    });
    expect(clientIdText(request.id)).toBe('H8FUB8IV');
  });

  it('Order Accepted: the client’s side reads every field, its appendage skipped', () => {
    const packet = payload('OrderAcceptedMessage');
    const { connection, listener } = loggedOn('ouch50');
    connection.onBytes(packet, 0, packet.length);
    expect(connection.malformed).toBe(0);
    expect(listener.reports).toMatchObject([
      {
        kind: ReportKind.accepted,
        ref: 0x753a8d,
        side: Side.buy,
        shares: 40,
        price4: 0x48e748,
        orderRefLo: 0x0f56b4f5,
      },
    ]);
  });

  it('a heartbeat of a server is heard and says nothing', () => {
    const packet = payload('ServerHeartbeatPacket');
    expect(hexOf(packet.subarray(0, 3))).toBe('000148');
    const { connection, listener } = loggedOn('ouch50');
    connection.onBytes(packet, 0, 3);
    expect([listener.reports, listener.log]).toEqual([[], ['accepted']]);
  });
});
