import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadNative } from '../io/native.ts';
import { KILL_FILE_BYTES, KillWord } from '../order/kill.ts';
import { KillWatch } from '../order/kill-watch.ts';
import { type KillTarget, killOffset } from './kill-bytes.ts';
import { isConfirmed, killLogPath, readKillStatus, writeKill } from './kill-command.ts';
import { openKillSwitch, prepareKillFile } from './kill-file.ts';
import { KillWatchdog } from './kill-watchdog.ts';

const NAMES = { accounts: ['main', 'other'], strategies: ['mm', 'arb'] };
const MM = 0;
const ARB = 1;
const EVERYTHING: KillTarget = { scope: 'global' };
const OF_MM: KillTarget = { scope: 'strategy', name: 'mm' };

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'warmline-kill-'));
  path = join(folder, 'state', 'kill');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const kill = (target: KillTarget, on = true) => writeKill(path, { target, on, reason: 'a test' }).command;

const WAYS = [
  ['mapped', () => loadNative()],
  ['read each time', () => undefined],
] as const;

describe.each(WAYS)('the switch, %s', (way, native) => {
  const skip = way === 'mapped' && loadNative() === undefined;

  it.skipIf(skip)('sees what the command line writes, at the next look', () => {
    const words = openKillSwitch(prepareKillFile(path, NAMES), native());
    expect(words.refuses(MM, 0)).toBe(false);
    kill(OF_MM);
    expect([words.refuses(MM, 0), words.refuses(ARB, 0)]).toEqual([true, false]);
    kill(OF_MM, false);
    kill({ scope: 'account', name: 'other' });
    expect([words.refuses(MM, 0), words.refuses(MM, 1)]).toEqual([false, true]);
    kill(EVERYTHING);
    expect(words.refuses(ARB, 0)).toBe(true);
  });

  it.skipIf(skip)('confirms so that others see it', () => {
    const words = openKillSwitch(prepareKillFile(path, NAMES), native());
    const watch = new KillWatch(words, 2, 2, { killChanged: () => {}, killConfirmed: () => {} });
    const command = kill(EVERYTHING);
    expect(isConfirmed(path, command)).toBe(false);
    watch.poll();
    expect(isConfirmed(path, command)).toBe(true);
    expect(readKillStatus(path)).toMatchObject({ killed: [EVERYTHING], isConfirmed: true, isHolderAlive: true });
  });

  it.skipIf(skip)('kill state is not lost in a restart, nor when the config changes around it (tracequant #44)', () => {
    prepareKillFile(path, NAMES);
    kill(OF_MM);
    kill({ scope: 'account', name: 'main' });
    // Other numbers for everybody, and `mm` left out for a day.
    prepareKillFile(path, { accounts: ['new', 'main'], strategies: ['arb', 'third'] });
    const later = openKillSwitch(
      prepareKillFile(path, { accounts: ['other', 'main'], strategies: ['third', 'arb', 'mm'] }),
      native(),
    );
    expect([0, 1, 2].map((strategy) => later.refuses(strategy, 0))).toEqual([false, false, true]);
    expect(later.refuses(0, 1)).toBe(true);
    kill(OF_MM, false);
    expect(later.refuses(2, 0)).toBe(false);
  });
});

describe('the file', () => {
  it('is made by a kill that comes before the first start, which then finds itself killed', () => {
    kill(OF_MM);
    kill(EVERYTHING);
    const words = openKillSwitch(prepareKillFile(path, NAMES), undefined);
    expect(words.refuses(ARB, 0)).toBe(true);
    kill(EVERYTHING, false);
    expect([words.refuses(MM, 0), words.refuses(ARB, 0)]).toEqual([true, false]);
  });

  it('keeps who, when and why beside it', () => {
    prepareKillFile(path, NAMES);
    writeKill(path, { target: OF_MM, on: true, reason: 'quotes ran\n away' });
    const [line] = readKillStatus(path).log;
    expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z kill strategy mm by \S+@\S+ \(process \d+\): quotes ran away$/);
  });

  it('kills even where nothing can be written beside it', () => {
    prepareKillFile(path, NAMES);
    // A folder of that name: appending to it fails whoever one is.
    mkdirSync(killLogPath(path));
    const { logFault } = writeKill(path, { target: EVERYTHING, on: true, reason: 'disk' });
    expect(logFault).toMatch(/EISDIR/);
    expect(openKillSwitch(prepareKillFile(path, NAMES), undefined).refuses(MM, 0)).toBe(true);
  });

  it('that is damaged starts nothing and is not guessed at', () => {
    prepareKillFile(path, NAMES);
    truncateSync(path, 100);
    expect(() => prepareKillFile(path, NAMES)).toThrow(/damaged \(100 bytes\)/);
    expect(() => kill(EVERYTHING)).toThrow(/damaged/);
    writeFileSync(path, Buffer.alloc(KILL_FILE_BYTES));
    expect(() => prepareKillFile(path, NAMES)).toThrow(/no kill file, or damaged/);
  });

  it('that is damaged under a running gateway refuses everything', () => {
    const words = openKillSwitch(prepareKillFile(path, NAMES), undefined);
    writeFileSync(path, 'not a kill file');
    expect(words.refuses(MM, 0)).toBe(true);
  });

  it('knows the names of a gateway that runs: a mistyped one is refused, killing nobody must not look like success', () => {
    prepareKillFile(path, NAMES);
    expect(() => kill({ scope: 'strategy', name: 'nm' })).toThrow(/knows no strategy nm/);
    expect(() => kill({ scope: 'account', name: 'min' }, false)).toThrow(/knows no account min/);
    expect(readKillStatus(path).killed).toEqual([]);
  });

  it('gives places of names that are gone to new ones, unless they are killed', () => {
    const many = Array.from({ length: 64 }, (_, i) => `s${i}`);
    prepareKillFile(path, { accounts: [], strategies: many });
    kill({ scope: 'strategy', name: 's0' });
    const { strategies } = prepareKillFile(path, { accounts: [], strategies: ['fresh'] });
    expect(strategies).toEqual([1]);
    const bytes = readFileSync(path);
    expect(bytes.readInt32LE(killOffset('strategy', 0))).toBe(1);
    expect(() => prepareKillFile(path, { accounts: [], strategies: many })).not.toThrow();
    expect(() => prepareKillFile(path, { accounts: [], strategies: [...many, 'one more'] })).toThrow(/no place left/);
  });
});

describe('the watchdog', () => {
  function watched(confirmWithinMs = 100) {
    const places = prepareKillFile(path, NAMES);
    const acted: (readonly [number, number])[] = [];
    const unreadable: string[] = [];
    const dog = new KillWatchdog({
      path,
      confirmWithinMs,
      listener: {
        unconfirmed: (command, forMs) => acted.push([command, forMs]),
        unreadable: (why) => unreadable.push(why),
      },
    });
    dog.close(); // the test looks itself
    return { dog, acted, unreadable, words: openKillSwitch(places, undefined) };
  }

  it('acts once where a kill is not confirmed in time', () => {
    const { dog, acted } = watched();
    dog.look(0);
    const command = kill(OF_MM);
    for (const ms of [1000, 1050, 1099]) dog.look(ms);
    expect(acted).toEqual([]);
    dog.look(1100);
    dog.look(1200);
    expect(acted).toEqual([[command, 100]]);
    const again = kill(EVERYTHING);
    dog.look(2000);
    dog.look(2100);
    expect(acted.map(([number]) => number)).toEqual([command, again]);
  });

  it('leaves a gateway alone that confirms, and one whose last command was a clear', () => {
    const { dog, acted, words } = watched();
    const command = kill(EVERYTHING);
    dog.look(0);
    words.confirm(command);
    dog.look(500);
    kill(EVERYTHING, false);
    dog.look(1000);
    dog.look(5000);
    expect(acted).toEqual([]);
  });

  it('sees a kill in a file that was put in the place of the one the gateway has mapped', () => {
    const { dog, acted } = watched();
    rmSync(path);
    kill(EVERYTHING); // makes it anew
    dog.look(0);
    dog.look(100);
    expect(acted).toHaveLength(1);
  });

  it('says once that it can not read the file', () => {
    const { dog, unreadable } = watched();
    rmSync(path);
    dog.look(0);
    dog.look(10);
    expect(unreadable).toHaveLength(1);
    prepareKillFile(path, NAMES);
    dog.look(20);
    truncateSync(path, 5);
    dog.look(30);
    expect(unreadable).toHaveLength(2);
  });

  it('reads the words where the layout says', () => {
    prepareKillFile(path, NAMES);
    const command = kill(EVERYTHING);
    const bytes = readFileSync(path);
    expect(bytes.readInt32LE(KillWord.global * 4)).toBe(1);
    expect(bytes.readInt32LE(KillWord.command * 4)).toBe(command);
  });
});
