import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';

/** What a program answers to one `go`: at most a second of work. */
export interface Sample {
  readonly ops: number;
  readonly ns: number;
  /** Folded from everything that was read; twins that read the same input print the same one. */
  readonly checksum?: string | number;
  /** Raw samples in ns. */
  readonly latency?: Float32Array;
  /** Collections and allocation of each hot thread during this sample. */
  readonly threads?: readonly ThreadMemory[];
  /** Anything else that the figure needs. */
  readonly [key: string]: unknown;
}

/** What one hot thread's V8 did during a sample. Heap bytes are absent where a collection made them meaningless. */
export interface ThreadMemory {
  readonly thread: string;
  readonly collections: number;
  readonly allocatedBytes: number;
}

export interface ProgramOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /**
   * A program that spins for as long as it lives is stopped (`SIGSTOP`) between samples, so that its core is the
   * others'.
   */
  readonly pauses?: boolean;
  /** Longest wait for `ready` (input may have to be generated first). */
  readonly startTimeoutMs?: number;
}

interface Waiting {
  resolve(sample: Sample): void;
  reject(error: Error): void;
  armed?: () => void;
}

const GO_TIMEOUT_MS = 60_000;
const START_TIMEOUT_MS = 120_000;
const END_TIMEOUT_MS = 3000;
const KEPT_STDERR_CHARACTERS = 4000;

/** A program under measurement: one process, spoken to over stdin and stdout, idle (blocked) between samples. */
export class Program {
  readonly name: string;
  /** What it said when it became ready, for example its ports. */
  ready: Record<string, unknown> = {};
  private readonly child: ChildProcessWithoutNullStreams;
  private waiting: Waiting | undefined = undefined;
  private stderr = '';
  private ended: string | undefined = undefined;
  private readonly pauses: boolean;

  private constructor(options: ProgramOptions) {
    this.name = options.name;
    this.pauses = options.pauses ?? false;
    this.child = spawn(options.command, [...options.args], { stdio: ['pipe', 'pipe', 'pipe'] });
    running.add(this);
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-KEPT_STDERR_CHARACTERS);
    });
    this.child.stdin.on('error', () => {}); // its exit is reported below
    createInterface({ input: this.child.stdout }).on('line', (line) => this.onLine(line));
    this.child.on('error', (error) => this.onEnd(error.message));
    this.child.on('close', (code, signal) => this.onEnd(signal ?? `exit ${code}`));
  }

  static async start(options: ProgramOptions): Promise<Program> {
    const program = new Program(options);
    const ready = await program.expect(options.startTimeoutMs ?? START_TIMEOUT_MS, 'become ready', () => {});
    program.ready = ready;
    program.pause();
    return program;
  }

  /** Runs one sample. `whenArmed` is called when the program waits for traffic. */
  async go(args = '', whenArmed?: () => void, timeoutMs = GO_TIMEOUT_MS): Promise<Sample> {
    const begin = () => {
      if (this.pauses) this.child.kill('SIGCONT');
      this.child.stdin.write(`go ${args}\n`);
    };
    try {
      return await this.expect(timeoutMs, `answer to "go ${args}"`, begin, whenArmed);
    } finally {
      this.pause();
    }
  }

  /** Tells a program that is at work something, for example to end. */
  say(line: string): void {
    this.child.stdin.write(`${line}\n`);
  }

  private pause(): void {
    if (this.pauses && this.ended === undefined) this.child.kill('SIGSTOP');
  }

  stop(): void {
    running.delete(this);
    this.child.stdin.end('stop\n');
    this.child.kill('SIGKILL');
  }

  /** Ends it in order, so that it removes what it made; by force if it takes its time. */
  async end(): Promise<void> {
    if (this.ended !== undefined) return;
    this.child.kill('SIGCONT');
    this.child.stdin.end('stop\n');
    const isOver = once(this.child, 'close');
    const patience = new AbortController();
    await Promise.race([isOver, setTimeout(END_TIMEOUT_MS, undefined, { signal: patience.signal })]);
    patience.abort();
    this.stop();
  }

  private expect(timeoutMs: number, what: string, begin: () => void, armed?: () => void): Promise<Sample> {
    return new Promise<Sample>((resolve, reject) => {
      if (this.ended !== undefined) {
        reject(this.failure(what, this.ended));
        return;
      }
      const timer = globalThis.setTimeout(() => {
        this.waiting = undefined;
        reject(this.failure(what, `nothing within ${timeoutMs} ms`));
        this.stop();
      }, timeoutMs);
      this.waiting = {
        resolve: (sample) => {
          clearTimeout(timer);
          resolve(sample);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
        armed,
      };
      begin();
    });
  }

  private onLine(line: string): void {
    if (line === 'armed') {
      this.waiting?.armed?.();
      return;
    }
    const json = line.startsWith('ready') ? line.slice('ready'.length).trim() || '{}' : line;
    const waiting = this.waiting;
    if (waiting === undefined || !json.startsWith('{')) return;
    this.waiting = undefined;
    try {
      const parsed = JSON.parse(json) as Record<string, unknown>;
      if (typeof parsed.latency === 'string') parsed.latency = decodeSamples(parsed.latency);
      if (typeof parsed.error === 'string') waiting.reject(this.failure('answer', parsed.error));
      else waiting.resolve(parsed as Sample);
    } catch (error) {
      waiting.reject(this.failure('answer', `${(error as Error).message} in ${line.slice(0, 200)}`));
    }
  }

  private onEnd(how: string): void {
    this.ended = how;
    running.delete(this);
    const waiting = this.waiting;
    this.waiting = undefined;
    waiting?.reject(this.failure('go on', how));
  }

  private failure(what: string, how: string): Error {
    const said = this.stderr.trim();
    return new Error(`${this.name} did not ${what}: ${how}${said ? `\n${said}` : ''}`);
  }
}

const running = new Set<Program>();

/** Ends whatever still runs, in order. */
export async function endAllPrograms(): Promise<void> {
  await Promise.all([...running].map((program) => program.end()));
}

/** Kills whatever still runs; called when the bench ends, however it ends. */
export function stopAllPrograms(): void {
  for (const program of [...running]) program.stop();
}

export function decodeSamples(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  const samples = new Float32Array(bytes.length >> 2);
  for (let i = 0; i < samples.length; i++) samples[i] = bytes.readFloatLE(i * 4);
  return samples;
}

export function encodeSamples(samples: Float32Array): string {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64');
}
