import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export type Told = Record<string, unknown>;
export type Language = 'TypeScript' | 'Python';

const driver = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url));

/** A client of deploy/clients as a process of its own. */
export class ClientProcess {
  readonly told: Told[] = [];
  errors = '';
  private readonly child: ChildProcess;
  private readonly waiting: (() => void)[] = [];
  private text = '';
  private asks = 0;

  constructor(language: Language, port: number, token = '', clients = 1) {
    const args = [String(port), token, String(clients)];
    this.child =
      language === 'Python'
        ? spawn('python3', ['-u', driver('driver.py'), ...args])
        : spawn(process.execPath, [driver('driver.ts'), ...args]);
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => this.take(text));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
    this.child.on('exit', () => this.wake());
  }

  do(what: string, more: object = {}): void {
    this.child.stdin!.write(`${JSON.stringify({ do: what, ...more })}\n`);
  }

  /** @returns the result, or `{code, message, detail}` */
  // biome-ignore lint/suspicious/noExplicitAny: answers are JSON
  async ask(op: string, args: object = {}): Promise<any> {
    const ask = ++this.asks;
    this.do('ask', { ask, op, args });
    const answer = await this.until((told) => told.ask === ask);
    return 'code' in answer ? answer : answer.result;
  }

  /** The first thing told that fits, of those before too. @throws {Error} if the process ends before */
  async until(wanted: (told: Told) => boolean, from = 0): Promise<Told> {
    for (let seen = from; ; ) {
      for (; seen < this.told.length; seen++) if (wanted(this.told[seen])) return this.told[seen];
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`the client ended: ${this.errors}`);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** Entries of a channel, in the order told, each with its number. */
  entries(channel: string): { readonly number: number; readonly entry: Told }[] {
    return this.told
      .filter((told) => told.channel === channel && told.entries !== undefined)
      .flatMap(({ from, entries }) => (entries as Told[]).map((entry, i) => ({ number: (from as number) + i, entry })));
  }

  resets(channel: string): Told[] {
    return this.told.filter((told) => told.channel === channel && told.reset !== undefined);
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.stdin!.end();
    await exited;
  }

  private take(text: string): void {
    const lines = (this.text + text).split('\n');
    this.text = lines.pop()!;
    for (const line of lines) this.told.push(JSON.parse(line));
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
