import { arbiterConfigProblems } from '../feed/arbiter-config.ts';
import { LIVE_CELLS, type LiveSettings, readLiveSettings, writeLiveSettings } from '../feed/live-settings.ts';
import type { FeedRouter } from './feed-router.ts';

/** What an operator may order of a feed. */
export const OperatorCommand = {
  /** Policy `sticky`: make this line the active one. */
  switchTo: 1,
  /** Policy `sticky`: return to the preferred line. */
  failback: 2,
  /** All feeds: take over thresholds, in one turn. */
  adopt: 3,
} as const;
export type OperatorCommand = (typeof OperatorCommand)[keyof typeof OperatorCommand];

const SEQUENCE_CELL = 0;
const COMMAND_CELL = 1;
const FEED_CELL = 2;
const LINE_CELL = 3;
const ACKNOWLEDGED_CELL = 4;
/** 1 = the last command made no sense and was not carried out. */
const REFUSED_CELL = 5;
const CELLS = 8;
/** Doubles before the feeds' thresholds, {@link LIVE_CELLS} for each. */
const FIRST_SETTING = (CELLS * Int32Array.BYTES_PER_ELEMENT) / Float64Array.BYTES_PER_ELEMENT;

/** Memory for a command word and thresholds of so many feeds. */
export function createCommandMemory(feeds: number): SharedArrayBuffer {
  return new SharedArrayBuffer((FIRST_SETTING + feeds * LIVE_CELLS) * Float64Array.BYTES_PER_ELEMENT);
}

/** How a command ended. */
export const CommandResult = { underWay: 0, done: 1, refused: 2 } as const;
export type CommandResult = (typeof CommandResult)[keyof typeof CommandResult];

/** The operator's end: one command at a time. */
export class OperatorControl {
  private readonly cells: Int32Array;
  private readonly settings: Float64Array;

  constructor(memory: SharedArrayBuffer) {
    this.cells = new Int32Array(memory);
    this.settings = new Float64Array(memory);
  }

  /** What became of the last command. */
  get result(): CommandResult {
    const { cells } = this;
    if (Atomics.load(cells, ACKNOWLEDGED_CELL) !== Atomics.load(cells, SEQUENCE_CELL)) return CommandResult.underWay;
    return cells[REFUSED_CELL] === 1 ? CommandResult.refused : CommandResult.done;
  }

  /** All feeds are to take over thresholds. @param settings by feed @returns as {@link send} */
  adopt(settings: readonly LiveSettings[]): boolean {
    if (this.result === CommandResult.underWay) return false;
    settings.forEach((live, feed) => {
      writeLiveSettings(live, this.settings, FIRST_SETTING + feed * LIVE_CELLS);
    });
    return this.send(OperatorCommand.adopt, -1, -1);
  }

  /** @returns false if the last command has not been carried out yet */
  send(command: OperatorCommand, feed: number, line: number): boolean {
    const sequence = Atomics.load(this.cells, SEQUENCE_CELL);
    if (Atomics.load(this.cells, ACKNOWLEDGED_CELL) !== sequence) return false;
    this.cells[COMMAND_CELL] = command;
    this.cells[FEED_CELL] = feed;
    this.cells[LINE_CELL] = line;
    Atomics.store(this.cells, SEQUENCE_CELL, (sequence + 1) | 0);
    return true;
  }
}

/** The router's end: looked at once a turn. */
export class OperatorCommands {
  private readonly cells: Int32Array;
  private readonly settings: Float64Array;
  private seen: number;

  constructor(memory: SharedArrayBuffer) {
    this.cells = new Int32Array(memory);
    this.settings = new Float64Array(memory);
    this.seen = Atomics.load(this.cells, ACKNOWLEDGED_CELL);
  }

  get pending(): boolean {
    return Atomics.load(this.cells, SEQUENCE_CELL) !== this.seen;
  }

  carryOut(feeds: readonly FeedRouter[]): void {
    this.seen = Atomics.load(this.cells, SEQUENCE_CELL);
    const command = this.cells[COMMAND_CELL];
    const arbiter = feeds[this.cells[FEED_CELL]]?.arbiter;
    let done = true;
    if (command === OperatorCommand.adopt) done = this.adopt(feeds);
    else if (command === OperatorCommand.switchTo) arbiter?.operatorSwitch(this.cells[LINE_CELL]);
    else if (command === OperatorCommand.failback) arbiter?.operatorFailback();
    this.cells[REFUSED_CELL] = done ? 0 : 1;
    Atomics.store(this.cells, ACKNOWLEDGED_CELL, this.seen);
  }

  /** All or nothing: what makes no sense for one feed is taken over by none. */
  private adopt(feeds: readonly FeedRouter[]): boolean {
    const settings = feeds.map((_, feed) => readLiveSettings(this.settings, FIRST_SETTING + feed * LIVE_CELLS));
    const isSound = ({ arbiter }: FeedRouter, feed: number) =>
      arbiterConfigProblems({ ...arbiter.config, ...settings[feed] }).length === 0;
    if (!feeds.every(isSound)) return false;
    feeds.forEach((feed, number) => {
      feed.arbiter.adopt(settings[number]);
      feed.showSettings();
    });
    return true;
  }
}
