import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { TradingHost } from '../gateway/testing/trading-host.ts';
import { Limit } from '../order/limit-table.ts';
import { Scope } from '../order/scope.ts';
import type { Action } from '../server/actions.ts';
import { ActionRecord } from './action-record.ts';
import { ConfigReload } from './config-reload.ts';
import { createLog } from './log.ts';
import { runCommand } from './testing/command.ts';

let host: TradingHost;
const logged: string[] = [];
let reload: ConfigReload;

beforeAll(async () => {
  host = await new TradingHost().start({ pair: 'ports' });
  reload = new ConfigReload({
    file: host.path,
    running: () => host.config,
    adoptFeeds: (settings) => host.router!.adopt(settings),
    gateway: host.gateway,
    adopt: (next) => {
      host.config = next;
      return [];
    },
  });
});
afterAll(() => host.close());

const shares = () => host.gateway.limits.value(Limit.maxOrderShares, Scope.global, 0);
const write = (limit: string) =>
  writeFileSync(
    host.path,
    readFileSync(host.path, 'utf8').replace(/global: \{( maxOrderShares: \d+,)?/, `global: {${limit}`),
  );

test('a reload makes risk limits tighter at once; one that would go up refuses the whole reload', async () => {
  expect(shares()).toBe(1000);
  write(' maxOrderShares: 900,');
  expect(await reload.run()).toBe('maxOrderShares of everything is 900 now');
  expect(shares()).toBe(900);
  write(' maxOrderShares: 950,');
  await expect(reload.run()).rejects.toThrow(
    `nothing was taken over:\n${host.path}: orders.risk: maxOrderShares of everything would go up from 900 to 950: only an operator may (action limit.set)`,
  );
  expect(shares()).toBe(900);
  expect(host.config).not.toEqual(loadConfig(host.path));
  write(' maxOrderShares: 900,');
  expect(await reload.run()).toBe('nothing has changed');
});

test('what operators do stands in the log and in the journal, with who and why', async () => {
  const record = new ActionRecord(
    createLog({ write: (text) => logged.push(text), isTerminal: false }),
    host.gateway.operatorNotes,
  );
  const action = { op: 'line.switch', title: 'Switch line' } as Action;
  for (const line of ['A', 'B']) {
    record.record(action, { feed: 'itch', line }, { by: 'ann', reason: 'a drill' }, `line ${line} is to lead`);
  }
  await host.until('both are taken', () => host.gateway.operatorNotes.isTaken && record.isWritten);
  record.close();
  expect(JSON.parse(logged[1])).toMatchObject({ action: 'line.switch', line: 'B', by: 'ann', reason: 'a drill' });
  await host.router!.stop();
  const { stdout } = await runCommand(['journal', 'timeline', join(host.folder, 'orders')]);
  const told = stdout.split('\n').filter((line) => line.includes('operator '));
  expect(told.map((line) => line.replace(/^.*operator /, ''))).toEqual([
    'line.switch feed=itch line=A, by ann (a drill): line A is to lead',
    'line.switch feed=itch line=B, by ann (a drill): line B is to lead',
  ]);
});
