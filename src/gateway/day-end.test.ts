import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GatewayRig } from '../order/testing/gateway-rig.ts';
import { DayEnd } from './day-end.ts';

const CLOSE_UTC_NS = 5e18;
const SETTLE_NS = 100e6;
const DAY = 20261126;
const NEXT = 20261127;
const shape = {
  venues: ['model'],
  accounts: ['main'],
  strategies: [
    { name: 'mm', account: 0 },
    { name: 'arb', account: 0 },
  ],
  instruments: ['AAPL', 'MSFT'].map((symbol) => ({ symbol, venue: 0, tick4: 100, lowTick4: 1, lowTickBelow4: 1 })),
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'warmline-end-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function ending(rig: GatewayRig, path = join(folder, 'next.start')) {
  const { loop, fills } = rig;
  const { journal, dayJournal } = loop.parts;
  const setup = {
    day: DAY,
    startPath: undefined,
    closeUtcNs: CLOSE_UTC_NS,
    settleNs: SETTLE_NS,
    next: { day: NEXT, path },
  };
  const end = new DayEnd({ loop, fills, journal, dayJournal, shape, setup });
  const look = (utcNs: number, ms: number) => {
    for (let done = 0; done < ms; done += 10) {
      rig.pass(10);
      end.look(rig.now, utcNs);
    }
  };
  return { end, look, path };
}

const types = (rig: GatewayRig) => rig.records().map(({ name }) => name);

describe('the end of a day by the clock', () => {
  test('cancels ours, refuses what is new, hears what comes late, and seals', () => {
    const rig = new GatewayRig().pass(5);
    const order = rig.enter();
    const { end, look, path } = ending(rig);
    look(CLOSE_UTC_NS - 1e9, 50);
    expect(rig.state(order)).toMatch(/live/);
    look(CLOSE_UTC_NS, 50);
    expect(rig.state(order)).toMatch(/cancelled/);
    expect(rig.why(rig.enter())).toBe('dayEnded');
    expect([end.isOver, existsSync(path)]).toEqual([false, false]);
    look(CLOSE_UTC_NS, 200);
    expect(end.isOver).toBe(true);
    expect(readFileSync(path, 'utf8')).toMatch(/^day 20261127$/m);
    expect(types(rig).at(-1)).toBe('sealed');
    rig.enter(); // is refused, and leaves no record any more
    expect(types(rig).at(-1)).toBe('sealed');
  });

  test('stays ended for a process that starts before the day is sealed', () => {
    const rig = new GatewayRig().pass(5);
    const { look } = ending(rig);
    expect(rig.restart().fold.dayEnded).toBe(false);
    look(CLOSE_UTC_NS, 10);
    expect(rig.restart().fold.dayEnded).toBe(true);
  });

  test('is not sealed while an order is in doubt', () => {
    const rig = new GatewayRig().pass(5);
    rig.enter();
    rig.pass(2);
    rig.hosts[0][0].kill();
    rig.pass(5);
    const { end, look, path } = ending(rig);
    look(CLOSE_UTC_NS, 1000);
    expect([end.isOver, existsSync(path)]).toEqual([false, false]);
    expect(types(rig)).not.toContain('sealed');
  });

  test('is not sealed where the next day’s start can’t be written', () => {
    const rig = new GatewayRig().pass(5);
    const { end, look } = ending(rig, join(folder, 'missing', 'next.start'));
    look(CLOSE_UTC_NS, 1000);
    expect(end.isOver).toBe(false);
    expect(types(rig)).not.toContain('sealed');
  });
});
