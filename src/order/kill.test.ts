import { describe, expect, it } from 'vitest';
import { createFenceMemory, Fence, FenceControl } from './fence.ts';
import { KILL_FILE_BYTES, KILL_LAYOUT_VERSION, KILL_MAGIC, KillSwitch, KillWord } from './kill.ts';
import { type KillListener, KillWatch } from './kill-watch.ts';
import { RequestKind } from './refusal.ts';
import { RefusalReason } from './risk-reason.ts';
import { Scope } from './scope.ts';
import { SendGuard } from './send-guard.ts';

const { killed, fenced } = RefusalReason;
const { enter, replace, cancel } = RequestKind;
/** Places of accounts main, other and of strategies mm, arb: not those of their numbers. */
const ACCOUNT_PLACES = [3, 0];
const STRATEGY_PLACES = [1, 63];

function rig() {
  const words = new Int32Array(KILL_FILE_BYTES / 4);
  words[KillWord.magic] = KILL_MAGIC;
  words[KillWord.layoutVersion] = KILL_LAYOUT_VERSION;
  const kill = new KillSwitch({ words }, ACCOUNT_PLACES, STRATEGY_PLACES);
  const fence = new Int32Array(createFenceMemory());
  const control = new FenceControl(fence);
  control.grant(1);
  const guard = new SendGuard(new Fence(fence, 1), kill);
  return { words, kill, fence, control, guard };
}

describe('the kill switch', () => {
  it('global: refuses new and replace of everybody, lets cancels pass', () => {
    const { words, guard } = rig();
    for (const request of [enter, replace, cancel]) expect(guard.check(request, 0, 0)).toBe(0);
    words[KillWord.global] = 1;
    for (const strategy of [0, 1]) {
      expect(guard.check(enter, strategy, 0)).toBe(killed);
      expect(guard.check(replace, strategy, 0)).toBe(killed);
      expect(guard.check(cancel, strategy, 0)).toBe(0);
    }
    words[KillWord.global] = 0;
    expect(guard.check(enter, 0, 0)).toBe(0);
  });

  it('of a strategy or an account: that one alone, by its place in the file', () => {
    const { words, guard } = rig();
    words[KillWord.strategies + 63] = 1;
    expect(guard.check(enter, 1, 0)).toBe(killed);
    expect(guard.check(enter, 0, 0)).toBe(0);
    words[KillWord.strategies + 63] = 0;
    words[KillWord.accounts + 3] = 1;
    expect(guard.check(replace, 0, 0)).toBe(killed);
    expect(guard.check(enter, 0, 1)).toBe(0);
  });

  it('any value that is not 0 kills, also one half written', () => {
    const { words, guard } = rig();
    for (const value of [1, -1, 0x0100, 1 << 24, 0x7fffffff]) {
      words[KillWord.global] = value;
      expect(guard.check(enter, 0, 0)).toBe(killed);
    }
  });

  it('memory that is no kill file refuses: nobody can say who is killed', () => {
    const { words, guard } = rig();
    words[KillWord.magic] = 0;
    expect(guard.check(enter, 0, 0)).toBe(killed);
    words[KillWord.magic] = KILL_MAGIC;
    words[KillWord.layoutVersion] = 2;
    expect(guard.check(enter, 0, 0)).toBe(killed);
    expect(guard.check(cancel, 0, 0)).toBe(0);
  });
});

describe('the watch', () => {
  function watched() {
    const parts = rig();
    const told: (readonly [Scope, number, boolean])[] = [];
    const confirmed: number[] = [];
    const listener: KillListener = {
      killChanged: (scope, index, on) => told.push([scope, index, on]),
      killConfirmed: (command) => confirmed.push(command),
    };
    const watch = new KillWatch(parts.kill, ACCOUNT_PLACES.length, STRATEGY_PLACES.length, listener);
    return { ...parts, told, confirmed, watch };
  }

  it('tells each change once and confirms the command', () => {
    const { words, watch, told, confirmed } = watched();
    expect(watch.poll()).toBe(0);
    words[KillWord.strategies + 1] = 1;
    words[KillWord.accounts] = 1;
    words[KillWord.command] = 77;
    expect(watch.poll()).toBe(1);
    expect(told).toEqual([
      [Scope.account, 1, true],
      [Scope.strategy, 0, true],
    ]);
    expect(confirmed).toEqual([77]);
    expect(words[KillWord.confirmed]).toBe(77);
    expect(watch.poll()).toBe(0);
    words[KillWord.strategies + 1] = 0;
    words[KillWord.command] = 78;
    watch.poll();
    expect(told.at(-1)).toEqual([Scope.strategy, 0, false]);
  });

  it('tells at start what is killed since before', () => {
    const { words, watch, told } = watched();
    words[KillWord.global] = 1;
    words[KillWord.command] = 5;
    words[KillWord.confirmed] = 5;
    watch.start();
    expect(told).toEqual([[Scope.global, 0, true]]);
  });

  it('sees the global word of a command line that died before it could number its command', () => {
    const { words, watch, told } = watched();
    words[KillWord.global] = 1;
    expect(watch.poll()).toBe(1);
    expect(told).toEqual([[Scope.global, 0, true]]);
    expect(watch.poll()).toBe(0);
  });

  it('a kill switch that fired and threw an exception still lets nothing out (hummingbot #2534)', () => {
    const { words, kill, guard } = rig();
    const watch = new KillWatch(kill, 2, 2, {
      killChanged: () => {
        throw new Error('notifier is down');
      },
      killConfirmed: () => {},
    });
    words[KillWord.global] = 1;
    words[KillWord.command] = 9;
    expect(() => watch.poll()).toThrow('notifier is down');
    for (const request of [enter, replace]) expect(guard.check(request, 0, 0)).toBe(killed);
    // And what was not carried out is not confirmed: the watchdog will close the sockets.
    expect(words[KillWord.confirmed]).toBe(0);
    expect(kill.isConfirmed).toBe(false);
  });
});

describe('the fence', () => {
  it('a stopped router that comes back by itself sends nothing, cancels included (hummingbot #720)', () => {
    const { control, guard, words } = rig();
    control.revoke();
    for (const request of [enter, replace, cancel]) expect(guard.check(request, 0, 0)).toBe(fenced);
    // The strategy that goes on calling is not asked; the old epoch is never granted again.
    expect(control.grant(1)).toBe(false);
    expect(guard.check(enter, 0, 0)).toBe(fenced);
    words[KillWord.global] = 1;
    expect(guard.check(enter, 0, 0)).toBe(fenced); // the fence is looked at first
  });

  it('an old primary that returns is fenced while the new one sends (tracequant #44)', () => {
    const { control, guard, fence, kill } = rig();
    expect(control.grant(2)).toBe(true);
    const promoted = new SendGuard(new Fence(fence, 2), kill);
    expect(guard.check(cancel, 0, 0)).toBe(fenced);
    expect(promoted.check(enter, 0, 0)).toBe(0);
    expect(control.grant(1)).toBe(false);
    expect(promoted.check(enter, 0, 0)).toBe(0);
    control.revoke();
    control.revoke();
    expect(promoted.check(cancel, 0, 0)).toBe(fenced);
    expect(control.grant(2)).toBe(false);
    expect(control.grant(3)).toBe(true);
    expect(control.granted).toBe(3);
  });

  it('nobody may send before an epoch is granted', () => {
    const words = new Int32Array(createFenceMemory());
    expect(new Fence(words, 1).refuses()).toBe(true);
    for (const epoch of [0, -1, 1.5, Number.NaN]) expect(() => new Fence(words, epoch)).toThrow(RangeError);
  });
});
