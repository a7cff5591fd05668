import { describe, expect, it } from 'vitest';
import { DropCopyRecord, DropCopyType } from './drop-copy.ts';

const HEX =
  '45 00001f1ad2b3c400 5741524d3120 00000007 20202020202020202020202020 20 42 000001f4 4141504c20202020 ' +
  '0000000000170cdc 0000000100000002 0000000000000bb8 52';

describe('a record of the drop copy', () => {
  const bytes = Uint8Array.from(HEX.replaceAll(' ', '').match(/../g)!, (pair) => Number.parseInt(pair, 16));

  it('is read at the offsets that its table gives', () => {
    expect(bytes.length).toBe(DropCopyRecord.bytes);
    const record = new DropCopyRecord().wrap(new DataView(bytes.buffer), 0);
    expect({
      type: record.type,
      timestampNs: record.timestampNs,
      username: record.username,
      userRefNum: record.userRefNum,
      id: record.id,
      side: String.fromCharCode(record.side),
      shares: record.shares,
      symbol: record.symbol,
      price4: record.price4,
      match: [record.matchHi, record.matchLo, record.matchNumber],
      orderRef: record.orderRef,
      liquidity: String.fromCharCode(record.liquidity),
    }).toEqual({
      type: DropCopyType.executed,
      timestampNs: 0x1f1ad2b3c400,
      username: 'WARM1',
      userRefNum: 7,
      id: '',
      side: 'B',
      shares: 500,
      symbol: 'AAPL',
      price4: 1_510_620,
      match: [1, 2, 4_294_967_298],
      orderRef: 3000,
      liquidity: 'R',
    });
  });

  it('is written as it is read', () => {
    const read = new DropCopyRecord().wrap(new DataView(bytes.buffer), 0);
    const copy = new Uint8Array(DropCopyRecord.bytes);
    const written = new DropCopyRecord().begin(new DataView(copy.buffer), 0, read.type);
    written.timestampNs = read.timestampNs;
    written.username = read.username;
    written.userRefNum = read.userRefNum;
    written.id = read.id;
    written.side = read.side;
    written.shares = read.shares;
    written.symbolHi = read.symbolHi;
    written.symbolLo = read.symbolLo;
    written.price4 = read.price4;
    written.matchNumber = read.matchNumber;
    written.orderRef = read.orderRef;
    written.liquidity = read.liquidity;
    expect(copy).toEqual(bytes);
  });
});
