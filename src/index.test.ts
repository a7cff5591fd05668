import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  Arbiter,
  createSpscRing,
  defaultArbiterConfig,
  type FeedSink,
  MoldUdp64Framer,
  replayCapture,
  SpscConsumer,
  SpscProducer,
  TimeCell,
  UnitCell,
} from './index.ts';
import { appendBlock, moldSessionWords, writeMoldHeader } from './venues/nasdaq/moldudp64.ts';

test('the library gives the arbiter to any program: packets in, units out', () => {
  const ids: number[] = [];
  const sink: FeedSink = { onUnit: () => ids.push(arbiter.unit[UnitCell.id]), onEvent: () => {} };
  const arbiter: Arbiter = new Arbiter(defaultArbiterConfig, new MoldUdp64Framer(), sink);
  const packet = new Uint8Array(64);
  const view = new DataView(packet.buffer);
  const send = (line: number, id: number): void => {
    const at = writeMoldHeader(view, 0, moldSessionWords('S'), new Float64Array([id]), 1);
    const length = appendBlock(packet, at, Uint8Array.of(id), 0, 1);
    arbiter.time[TimeCell.rxNs] = id * 1000;
    arbiter.onPacket(line, packet, view, 0, length);
  };
  send(0, 1);
  send(1, 1);
  send(1, 2);
  send(0, 3);
  send(0, 2);
  expect(ids).toEqual([1, 2, 3]);
});

test('the library gives the rings to any program', () => {
  const memory = createSpscRing(1024);
  const producer = new SpscProducer(memory);
  expect(producer.write(7, new DataView(Uint8Array.of(1, 2, 3).buffer), 0, 3)).toBe(true);
  const seen: number[][] = [];
  new SpscConsumer(memory).drain(
    {
      onRecord: (type, bytes, _view, offset, length) => {
        seen.push([type, ...bytes.subarray(offset, offset + length)]);
      },
    },
    10,
  );
  expect(seen).toEqual([[7, 1, 2, 3]]);
});

test('the library gives replay to any program', async () => {
  const captures = new URL('../test/testdata/', import.meta.url);
  const { reports } = await replayCapture({
    feeds: [
      {
        name: 'moldudp64',
        protocol: 'moldudp64',
        lines: [
          { name: 'A', address: '233.54.12.111', port: 26477 },
          { name: 'B', address: '233.49.196.111', port: 26477 },
        ],
      },
    ],
    files: [fileURLToPath(new URL('mold-two-lines.pcapng.gz', captures))],
  });
  expect(reports).toEqual(JSON.parse(readFileSync(new URL('mold-two-lines.json', captures), 'utf8')));
});
