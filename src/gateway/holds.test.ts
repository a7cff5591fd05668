import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFenceMemory, Fence, FenceControl } from '../order/fence.ts';
import { DrainState, GatewayCell } from '../order/gateway-parts.ts';
import { DrainMode } from '../order/kill.ts';
import { OrderEvent } from '../order/order-events.ts';
import { SendGuard } from '../order/send-guard.ts';
import { RouteStatus } from '../order/terms.ts';
import { GatewayRig } from '../order/testing/gateway-rig.ts';
import { writeDrain, writePause } from './hold-command.ts';
import { Holds } from './holds.ts';
import { readKillStatus, writeKill } from './kill-command.ts';
import { openKillSwitch, prepareKillFile } from './kill-file.ts';
import { RouteReader } from './route-reader.ts';

const MM = 0;
const ARB = 1;
let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'warmline-holds-'));
  path = join(folder, 'kill');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A gateway that looks at a kill file, read anew before every send. */
function held() {
  const kill = openKillSwitch(prepareKillFile(path, { accounts: ['main'], strategies: ['mm', 'arb'] }), undefined);
  const fence = createFenceMemory();
  new FenceControl(new Int32Array(fence)).grant(1);
  const rig = new GatewayRig({ lastCheck: new SendGuard(new Fence(new Int32Array(fence), 1), kill) }).pass(5);
  const told: string[] = [];
  const { loop } = rig;
  const holds = new Holds({
    loop,
    kill,
    dayJournal: loop.parts.dayJournal,
    listener: {
      paused: (strategy, on) => told.push(`${strategy} ${on ? 'paused' : 'goes on'}`),
      drain: (state, open) => told.push(`${Object.keys(DrainState)[state]} ${open}`),
    },
  });
  const look = (ms = 10) => {
    for (let done = 0; done < ms; done += 10) {
      rig.pass(10);
      holds.look(rig.now);
    }
  };
  look();
  return { rig, told, look, holds };
}

const notes = (rig: GatewayRig) => rig.records().flatMap(({ name, fields }) => (name === 'note' ? [fields.text] : []));

describe('a pause', () => {
  it('refuses new orders and replaces of that strategy with its own reason, and lets cancels pass', () => {
    const { rig } = held();
    const order = rig.enter({ strategy: MM });
    rig.pass(5);
    writePause(path, 'mm', true, 'ann: a test');
    expect(rig.why(rig.enter({ strategy: MM }))).toBe('pausedByOperator');
    expect(rig.why(rig.gateway.replace(MM, order, 200, 1_000_000))).toBe('pausedByOperator');
    expect(rig.enter({ strategy: ARB })).toBeGreaterThan(0);
    expect(rig.gateway.cancel(MM, order)).toBe(0);
    writePause(path, 'mm', false, 'ann: a test');
    expect(rig.enter({ strategy: MM })).toBeGreaterThan(0);
  });

  it('is told to the strategy, to people and to the journal', () => {
    const { rig, told, look } = held();
    const heard: string[] = [];
    rig.onEvent = (strategy, kind) => {
      const { status } = new RouteReader(rig.loop.parts.routes, strategy, ['P0', 'P1']);
      heard.push(`${strategy} ${kind === OrderEvent.route ? 'route' : 'order'} ${status}`);
    };
    writePause(path, 'mm', true, 'ann: a test');
    look(50);
    writePause(path, 'mm', false, 'ann: a test');
    look(50);
    expect(heard).toEqual([`0 route ${RouteStatus.paused}`, `0 route ${RouteStatus.open}`]);
    expect(told).toEqual(['0 paused', '0 goes on']);
    expect(notes(rig)).toEqual(['strategy mm is paused', 'strategy mm goes on']);
  });

  it('stands in the file, beside kills, with who and why', () => {
    prepareKillFile(path, { accounts: ['main'], strategies: ['mm', 'arb'] });
    writePause(path, 'arb', true, 'ann: it drifts');
    writeKill(path, { target: { scope: 'strategy', name: 'mm' }, on: true, reason: 'a test' });
    expect(readKillStatus(path)).toMatchObject({ killed: [{ name: 'mm' }], paused: ['arb'], drain: DrainMode.off });
    expect(readKillStatus(path).log[0]).toMatch(/pause strategy arb by .*: ann: it drifts$/);
    expect(() => writePause(path, 'mn', true, 'ann: a test')).toThrow(/knows no strategy mn/);
    // others get a place, and the paused one keeps its own, also where the config no longer has it
    prepareKillFile(path, { accounts: ['main'], strategies: Array.from({ length: 62 }, (_, n) => `s${n}`) });
    expect(() => prepareKillFile(path, { accounts: ['main'], strategies: ['one-more'] })).not.toThrow();
    expect(readKillStatus(path).paused).toEqual(['arb']);
  });
});

describe('a drain', () => {
  it('refuses what opens risk of everybody, cancels what rests and says when nothing is open', () => {
    const { rig, told, look } = held();
    const order = rig.enter();
    rig.pass(5);
    writeDrain(path, DrainMode.cancel, 'ann: an upgrade');
    expect(rig.why(rig.enter({ strategy: ARB }))).toBe('draining');
    expect(rig.loop.parts.cells[GatewayCell.drain]).toBe(DrainState.off);
    look(100);
    expect(rig.state(order)).toMatch(/cancelled/);
    expect(told).toEqual(['draining 1', 'drained 0']);
    expect(rig.loop.parts.cells[GatewayCell.drain]).toBe(DrainState.drained);
    writeDrain(path, DrainMode.off, 'ann: done');
    look();
    expect(rig.loop.parts.cells[GatewayCell.drain]).toBe(DrainState.off);
    expect(rig.enter()).toBeGreaterThan(0);
  });

  it('that leaves what rests waits for it', () => {
    const { rig, told, look } = held();
    const order = rig.enter();
    rig.pass(5);
    writeDrain(path, DrainMode.leave, 'ann: an upgrade');
    look(3000);
    expect([rig.state(order), told]).toEqual(['live', ['draining 1']]);
    expect(rig.gateway.cancel(MM, order)).toBe(0);
    look(100);
    expect(told).toEqual(['draining 1', 'drained 0']);
  });

  it('cancels what is out of reach once it can be reached, and asks for nothing in vain meanwhile', () => {
    const { rig, told, look } = held();
    const order = rig.enter();
    rig.pass(5);
    rig.hosts[0][0].kill();
    writeDrain(path, DrainMode.cancel, 'ann: an upgrade');
    look(5000);
    expect(rig.state(order)).toMatch(/blind/);
    expect(rig.records().filter(({ name }) => name === 'refused' || name === 'cancelIntent')).toEqual([]);
    rig.hosts[0][0].down = false;
    look(5000);
    expect(rig.state(order)).toMatch(/cancelled/);
    expect(told).toEqual(['draining 1', 'drained 0']);
  });
});
