import type { Logger } from 'pino';
import type { OperatorNotes } from '../gateway/operator-notes.ts';
import type { ActionRecorder } from '../server/actions.ts';

/** The gateway looks a hundred times a second; one that does not for so long hangs. */
const RETRY_MS = 10;
const MOST_WAITING = 200;

/** Writes down what operators did: in the log, and where something is traded in the journal as well. */
export class ActionRecord {
  private readonly log: Logger;
  private readonly notes: OperatorNotes | undefined;
  private readonly waiting: string[] = [];
  private timer: NodeJS.Timeout | undefined = undefined;

  constructor(log: Logger, notes: OperatorNotes | undefined) {
    this.log = log;
    this.notes = notes;
  }

  readonly record: ActionRecorder = (action, args, { by, reason }, outcome) => {
    this.log.warn({ action: action.op, ...args, by, reason }, `${action.title}, by ${by} (${reason}): ${outcome}`);
    if (this.notes === undefined) return;
    const values = Object.entries(args).map(([name, value]) => `${name}=${value}`);
    this.waiting.push(`${[action.op, ...values].join(' ')}, by ${by} (${reason}): ${outcome}`);
    if (this.waiting.length > MOST_WAITING) {
      this.waiting.shift();
      this.log.error('an operator’s action could not be written to the journal: the gateway takes nothing');
    }
    this.pump();
  };

  /** Everything has been handed on. */
  get isWritten(): boolean {
    return this.waiting.length === 0;
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private pump(): void {
    const [next] = this.waiting;
    if (next === undefined || this.timer !== undefined) return;
    if (this.notes!.write(next)) this.waiting.shift();
    if (this.waiting.length === 0) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.pump();
    }, RETRY_MS);
    this.timer.unref();
  }
}
