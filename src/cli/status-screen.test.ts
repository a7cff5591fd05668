import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type KeyStream, readKeys } from './keys.ts';
import { parseModel, type ScreenStream, StatusScreen, wantsColour } from './status-screen.ts';
import { model } from './testing/status-fixture.ts';

/** A terminal that remembers what was written to it. */
class Terminal extends EventEmitter {
  readonly isTTY: boolean;
  columns = 80;
  rows = 24;
  written = '';

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  write(text: string): boolean {
    this.written += text;
    return true;
  }

  get stream(): ScreenStream {
    return this as unknown as ScreenStream;
  }
}

describe('the status screen', () => {
  it('in a pipe writes one line per model and no escape sequence', () => {
    const pipe = new Terminal(false);
    const screen = new StatusScreen({ stream: pipe.stream });
    screen.show(model);
    screen.show(model);
    screen.persist('a log line\n');
    screen.close('the end\n');
    const lines = pipe.written.split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^01:01 \| itch live/);
    expect(lines.slice(2)).toEqual(['a log line', 'the end', '']);
    expect(pipe.written).toBe(stripVTControlCharacters(pipe.written));
  });

  it('on a terminal draws in place, keeps a row free, and leaves the last frame above the end', () => {
    const terminal = new Terminal(true);
    const screen = new StatusScreen({ stream: terminal.stream, colour: false });
    expect(screen.inPlace).toBe(true);
    screen.show(model);
    expect(stripVTControlCharacters(terminal.written).trimEnd().split('\n').length).toBeLessThan(24);
    const first = terminal.written.length;
    screen.show(model);
    expect(terminal.written.length - first).toBeLessThan(100);
    screen.close('the end\n');
    screen.close('again\n');
    expect(terminal.written.endsWith('the end\n')).toBe(true);
  });

  it('keeps the latest model in a file for whoever wants it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'warmline-status-'));
    const modelFile = join(folder, 'model.json');
    const screen = new StatusScreen({ stream: new Terminal(false).stream, modelFile });
    screen.show({ ...model, upNs: 1 });
    screen.show(model);
    screen.close();
    expect(parseModel(readFileSync(modelFile, 'utf8'))).toEqual(model);
    rmSync(folder, { recursive: true });
  });

  it('draws anew, at the new width, when the terminal is resized', () => {
    const terminal = new Terminal(true);
    const screen = new StatusScreen({ stream: terminal.stream, colour: false });
    screen.show(model);
    terminal.written = '';
    terminal.columns = 40;
    terminal.emit('resize');
    const lines = stripVTControlCharacters(terminal.written).split('\n');
    expect(terminal.written).toContain('\u001b[2J');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(40);
    screen.close();
    expect(terminal.listenerCount('resize')).toBe(0);
  });
});

describe('colours', () => {
  it('follow NO_COLOR, then FORCE_COLOR, then the stream', () => {
    expect(wantsColour({ isTTY: true }, {})).toBe(true);
    expect(wantsColour({ isTTY: true }, { NO_COLOR: '1', FORCE_COLOR: '1' })).toBe(false);
    expect(wantsColour({ isTTY: true }, { NO_COLOR: '' })).toBe(true);
    expect(wantsColour({ isTTY: true }, { TERM: 'dumb' })).toBe(false);
    expect(wantsColour({ isTTY: false }, {})).toBe(false);
    expect(wantsColour({ isTTY: false }, { FORCE_COLOR: '1' })).toBe(true);
    expect(wantsColour({ isTTY: true }, { FORCE_COLOR: '0' })).toBe(false);
  });
});

describe('keys', () => {
  function keyboard() {
    const raw: boolean[] = [];
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => raw.push(on) });
    const pressed: string[] = [];
    const keys = readKeys(
      (key) => pressed.push(key),
      () => pressed.push('QUIT'),
      input as unknown as KeyStream,
    );
    const press = (text: string) => input.emit('data', Buffer.from(text));
    return { raw, pressed, keys, press, input };
  }

  it('are read one by one, in lower case, and q, Ctrl-C and Ctrl-D quit', () => {
    const { pressed, press, keys } = keyboard();
    for (const text of ['a', 'B', 'q', '\u0003', '\u0004', 'xy']) press(text);
    expect(pressed).toEqual(['a', 'b', 'QUIT', 'QUIT', 'QUIT', 'x', 'y']);
    keys.close();
  });

  it('that are arrows or function keys are not taken for letters', () => {
    const { pressed, press, keys } = keyboard();
    press('\u001b[A');
    press('\u001bOQ');
    expect(pressed).toEqual([]);
    keys.close();
  });

  it('leave the terminal as it was, once', () => {
    const { raw, keys, press, pressed } = keyboard();
    const listeners = process.listenerCount('exit');
    keys.close();
    keys.close();
    press('a');
    expect(raw).toEqual([true, false]);
    expect(pressed).toEqual([]);
    expect(process.listenerCount('exit')).toBe(listeners - 1);
  });

  it('without a terminal are none', () => {
    const keys = readKeys(
      () => {},
      () => {},
      new PassThrough(),
    );
    expect(keys.active).toBe(false);
    keys.close();
  });
});
