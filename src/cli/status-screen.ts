import { renameSync, writeFileSync } from 'node:fs';
import { createLogUpdate } from 'log-update';
import type { StatusModel } from '../status/status-model.ts';
import { renderLine, renderStatus } from './status-view.ts';

/** What a screen needs of the stream that it draws on. */
export type ScreenStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

export interface StatusScreenOptions {
  /** Default: stdout. */
  readonly stream?: ScreenStream;
  /** Default: as the stream and the environment say ({@link wantsColour}). */
  readonly colour?: boolean;
  /** File that always holds the latest model as JSON. Default: what WARMLINE_STATUS_JSON names, else none. */
  readonly modelFile?: string;
}

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;
const TERMINAL_INTERVAL_MS = 250;
const PIPE_INTERVAL_MS = 1000;
const CLEAR_SCREEN = '\u001b[2J\u001b[H';

/** Whether colours are wanted: NO_COLOR and FORCE_COLOR decide before the stream does; a dumb terminal has none. */
export function wantsColour(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  if (environment.NO_COLOR) return false;
  if (environment.FORCE_COLOR !== undefined) return environment.FORCE_COLOR !== '0';
  return stream.isTTY === true && environment.TERM !== 'dumb';
}

/** Shows a {@link StatusModel} in place on a terminal, or as one line each time on anything else. */
export class StatusScreen {
  /** True where the frame is redrawn in place. */
  readonly inPlace: boolean;
  /** How often {@link show} is best called. */
  readonly intervalMs: number;
  private readonly stream: ScreenStream;
  private readonly colour: boolean;
  private readonly update: ReturnType<typeof createLogUpdate> | undefined = undefined;
  private readonly modelFile: string | undefined;
  private latest: StatusModel | undefined = undefined;
  private closed = false;

  constructor(options: StatusScreenOptions = {}) {
    this.stream = options.stream ?? process.stdout;
    this.inPlace = this.stream.isTTY === true && process.env.TERM !== 'dumb';
    this.intervalMs = this.inPlace ? TERMINAL_INTERVAL_MS : PIPE_INTERVAL_MS;
    this.colour = options.colour ?? wantsColour(this.stream);
    this.modelFile = options.modelFile ?? (process.env.WARMLINE_STATUS_JSON || undefined);
    if (this.inPlace) {
      this.update = createLogUpdate(this.stream as NodeJS.WriteStream);
      this.stream.on('resize', this.onResize);
    }
  }

  /** Draws a model: in place, or as one more line. */
  show(model: StatusModel): void {
    if (this.closed) return;
    this.latest = model;
    if (this.modelFile !== undefined) keepModel(this.modelFile, model);
    if (this.update === undefined) this.stream.write(`${renderLine(model)}\n`);
    // One row is kept for the cursor, which stands below the frame.
    else this.update(renderStatus(model, this.columns, this.rows - 1, this.colour));
  }

  /** Writes text (a log line) above the frame, where it stays. */
  persist(text: string): void {
    if (this.update === undefined || this.closed) this.stream.write(text.endsWith('\n') ? text : `${text}\n`);
    else this.update.persist(text.replace(/\n$/, ''));
  }

  /**
   * Leaves the last frame standing, gives the cursor back and writes `text` below. May be called twice.
   */
  close(text = ''): void {
    if (this.closed) return;
    this.closed = true;
    this.stream.off('resize', this.onResize);
    this.update?.done();
    if (text !== '') this.stream.write(text);
  }

  private get columns(): number {
    return this.stream.columns || DEFAULT_COLUMNS;
  }

  private get rows(): number {
    return this.stream.rows || DEFAULT_ROWS;
  }

  /** Lines that the terminal has wrapped anew can't be found again: start from a clear screen. */
  private readonly onResize = (): void => {
    if (this.update === undefined || this.latest === undefined) return;
    this.update.clear();
    this.update.done();
    this.stream.write(CLEAR_SCREEN);
    this.show(this.latest);
  };
}

/** Replaces the file in one step: a reader never sees half a model. */
function keepModel(file: string, model: StatusModel): void {
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(model)}\n`);
  renameSync(temporary, file);
}

/** Reads a model that a screen has kept; JSON has no NaN, what is not known stands there as null. */
export function parseModel(json: string): StatusModel {
  return JSON.parse(json, (_, value: unknown) => (value === null ? Number.NaN : value)) as StatusModel;
}
