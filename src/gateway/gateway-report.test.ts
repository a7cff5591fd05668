import { expect, test } from 'vitest';
import { SpscConsumer, SpscProducer } from '../ring/spsc-ring.ts';
import { createSpscRing } from '../ring/spsc-ring-descriptor.ts';
import { decodeGatewayReport, type GatewayReport, GatewayReporter } from './gateway-report.ts';

function rig() {
  const memory = createSpscRing(1 << 16);
  const consumer = new SpscConsumer(memory);
  const nowNs = Float64Array.of(5);
  const told = (): GatewayReport[] => {
    const reports: GatewayReport[] = [];
    consumer.drain(
      { onRecord: (_type, bytes, _view, offset, length) => reports.push(decodeGatewayReport(bytes, offset, length)) },
      1000,
    );
    return reports;
  };
  return { reporter: new GatewayReporter(new SpscProducer(memory), nowNs), nowNs, told };
}

test('what a turn had to say is told when the next one begins, in order, with the time at which it was said', () => {
  const { reporter, nowNs, told } = rig();
  reporter.switched(1);
  nowNs[0] = 7;
  reporter.switched(2);
  expect(told()).toEqual([]);
  nowNs[0] = 9;
  reporter.turn();
  expect(told()).toEqual([
    { kind: 'switched', atNs: 5, ns: 1 },
    { kind: 'switched', atNs: 7, ns: 2 },
  ]);
  reporter.turn();
  expect(told()).toEqual([]);
});

test('what is said at the end is told without another turn', () => {
  const { reporter, told } = rig();
  reporter.switched(1);
  reporter.tell();
  expect(told()).toHaveLength(1);
});

test('a turn tells of so many orders at most, and counts the others', () => {
  const { reporter, told } = rig();
  for (let order = 1; order <= 100; order++) reporter.resolved(order, 0, 0);
  reporter.turn();
  expect(told()).toHaveLength(32);
  expect(reporter.dropped).toBe(68);
});
