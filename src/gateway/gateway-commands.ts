import { loadAcquire, storeRelease } from '../ring/memory-order.ts';
import { answerTo } from './asking.ts';

/** What an operator may order of the order half, by the main thread. */
export const GatewayCommand = {
  /** Give up the session that a port is logged on with: a mirror host, or another port, takes over. */
  failOver: 1,
  /** Return a group's flow to the ports it prefers. */
  failBack: 2,
  /** Let a port that was given up try again. */
  revive: 3,
  /** Cancel what is open: of a strategy (-1 = all), of an account (-1 = all). */
  cancel: 4,
  /** End the day: nothing new, and cancel what is open. */
  endDay: 5,
  /** Close every session at once, whatever is open: the watchdog's. */
  closeSessions: 6,
} as const;
export type GatewayCommand = (typeof GatewayCommand)[keyof typeof GatewayCommand];

const Word = { asked: 0, command: 1, first: 2, second: 3, answered: 4, result: 5, words: 16 } as const;

export function createGatewayCommandMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(Word.words * Int32Array.BYTES_PER_ELEMENT);
}

/** The operator's end: one command at a time. */
export class GatewayControl {
  private readonly words: Int32Array;
  /** The command before: its answer is read before the next one is sent. */
  private before: Promise<unknown> = Promise.resolve();

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
  }

  /**
   * Sends a command once those before it are answered.
   * @returns what it came to
   * @throws {Error} if the gateway's thread does not answer
   */
  ask(command: GatewayCommand, first = -1, second = -1): Promise<number> {
    const answer = this.before.then(() =>
      answerTo(
        () => this.send(command, first, second),
        () => this.result,
      ),
    );
    this.before = answer.catch(() => {});
    return answer;
  }

  /** @returns false if the last command has not been carried out yet */
  send(command: GatewayCommand, first = -1, second = -1): boolean {
    const { words } = this;
    const asked = words[Word.asked];
    if (loadAcquire(words, Word.answered) !== asked) return false;
    words[Word.command] = command;
    words[Word.first] = first;
    words[Word.second] = second;
    storeRelease(words, Word.asked, (asked + 1) | 0);
    return true;
  }

  /** What the last command came to, or undefined while it is under way. */
  get result(): number | undefined {
    return loadAcquire(this.words, Word.answered) === this.words[Word.asked] ? this.words[Word.result] : undefined;
  }
}

/** Carries commands out, on the gateway's thread. */
export interface GatewayCommandTarget {
  command(command: number, first: number, second: number): number;
}

/** The gateway's end: looked at once a turn. */
export class GatewayCommands {
  private readonly words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory);
  }

  /** @returns how many commands were carried out: 0 or 1 */
  poll(target: GatewayCommandTarget): number {
    const { words } = this;
    const asked = loadAcquire(words, Word.asked);
    if (asked === words[Word.answered]) return 0;
    words[Word.result] = target.command(words[Word.command], words[Word.first], words[Word.second]);
    storeRelease(words, Word.answered, asked);
    return 1;
  }
}
