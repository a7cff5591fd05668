import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../config/load.ts';
import { parseStartOfDay } from '../order/start-of-day.ts';
import { tradingDaySetup, writeStartFile } from './trading-day-setup.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'warmline-day-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function setup(utc: string, extra = '') {
  const config = parseConfig(
    `venue: v
protocol: nasdaq
feeds: [{ name: itch, lines: [{ name: A, address: 127.0.0.1, port: 1001 }] }]
orders:
  protocol: ouch50
  instruments: [AAPL]
  directory: ${directory}
  groups:
    - { name: g, ports: [{ name: P1, username: P1, passwordEnv: X, hosts: [{ address: 127.0.0.1, port: 2001 }] }] }
${extra}`,
    'x.yaml',
  );
  return tradingDaySetup(config.orders!, 'v', new Date(utc));
}

const FRIDAY_EVENING = '2026-11-28T00:30:00Z'; // 19:30 on Friday in New York
const SATURDAY = '2026-11-28T15:00:00Z';
const CALENDAR = '  day: { close: "17:00", holidays: [2026-11-26], earlyCloses: { 2026-11-27: "13:00" } }\n';
const held = { balances: [{ account: 'main', cash4: 50_000 }], limits: [] };
const positions = [{ account: 'main', symbol: 'AAPL', shares: 500, cost4: 936_250_000 }];
const rolled = (day: number) => {
  const path = join(directory, `v-${day}.start`);
  writeStartFile(path, { ...held, positions, day });
  return path;
};

describe('the trading day at a start', () => {
  it('is the date at the venue, and the next one follows it, where there is no calendar', () => {
    expect(setup(FRIDAY_EVENING)).toMatchObject({ day: 20261127, startPath: undefined, next: { day: 20261128 } });
    expect(setup(SATURDAY).closeUtcNs).toBe(Number.POSITIVE_INFINITY);
  });

  it('follows the calendar: weekends and holidays are none, an early close is early', () => {
    expect(setup(SATURDAY, CALENDAR)).toMatchObject({ day: 20261130, next: { day: 20261201 } });
    expect(setup('2026-11-26T15:00:00Z', CALENDAR).day).toBe(20261127);
    expect(setup(FRIDAY_EVENING, CALENDAR).closeUtcNs).toBe(Date.parse('2026-11-27T18:00:00Z') * 1e6);
    expect(setup(SATURDAY, CALENDAR).closeUtcNs).toBe(Date.parse('2026-11-30T22:00:00Z') * 1e6);
  });

  it('is the one after a day that was ended', () => {
    const path = rolled(20261128);
    expect(setup(FRIDAY_EVENING)).toMatchObject({ day: 20261128, startPath: path, next: { day: 20261129 } });
  });

  it('takes the positions over days without trading', () => {
    rolled(20261128);
    const { day, startPath } = setup('2026-12-01T15:00:00Z');
    expect(day).toBe(20261201);
    expect(parseStartOfDay(readFileSync(startPath!, 'utf8'))).toMatchObject({ day, balances: [{ cash4: 50_000 }] });
  });

  it('guesses nothing over a day that traded and was not ended', () => {
    rolled(20261128);
    writeFileSync(join(directory, 'v-20261130-0001.journal'), '');
    expect(() => setup('2026-12-01T15:00:00Z')).toThrow(/the trading day 20261130 of v was not ended in order/);
    const start = setup('2026-12-01T15:00:00Z', '  startOfDay: mine.start\n');
    expect(start.startPath).toMatch(/mine\.start$/);
  });
});
