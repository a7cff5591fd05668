import type { FeedRouter } from './feed-router.ts';

/** What an operator may order of a feed. */
export const OperatorCommand = {
  /** Policy `sticky`: make this line the active one. */
  switchTo: 1,
  /** Policy `sticky`: return to the preferred line. */
  failback: 2,
} as const;
export type OperatorCommand = (typeof OperatorCommand)[keyof typeof OperatorCommand];

const SEQUENCE_CELL = 0;
const COMMAND_CELL = 1;
const FEED_CELL = 2;
const LINE_CELL = 3;
const ACKNOWLEDGED_CELL = 4;
const CELLS = 8;

/** Memory for a command word. */
export function createCommandMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT);
}

/** The operator's end: one command at a time. */
export class OperatorControl {
  private readonly cells: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.cells = new Int32Array(memory);
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
  private seen: number;

  constructor(memory: SharedArrayBuffer) {
    this.cells = new Int32Array(memory);
    this.seen = Atomics.load(this.cells, ACKNOWLEDGED_CELL);
  }

  get pending(): boolean {
    return Atomics.load(this.cells, SEQUENCE_CELL) !== this.seen;
  }

  carryOut(feeds: readonly FeedRouter[]): void {
    this.seen = Atomics.load(this.cells, SEQUENCE_CELL);
    const arbiter = feeds[this.cells[FEED_CELL]]?.arbiter;
    if (arbiter !== undefined) {
      if (this.cells[COMMAND_CELL] === OperatorCommand.switchTo) arbiter.operatorSwitch(this.cells[LINE_CELL]);
      else if (this.cells[COMMAND_CELL] === OperatorCommand.failback) arbiter.operatorFailback();
    }
    Atomics.store(this.cells, ACKNOWLEDGED_CELL, this.seen);
  }
}
