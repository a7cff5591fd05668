import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { repositoryRoot } from './host.ts';

const DASHBOARD = /dashboard (http:\S+)/;

/** `warmline demo` as a user starts it, piped. */
export class DemoProcess {
  readonly child: ChildProcess;
  output = '';

  private constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, [join(repositoryRoot, 'src', 'cli', 'main.ts'), 'demo', ...args], {
      cwd: repositoryRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  /** Resolves once it has said where its dashboard is. */
  static async start(...args: string[]): Promise<DemoProcess> {
    const demo = new DemoProcess(args);
    await demo.until(DASHBOARD);
    return demo;
  }

  /** Address of the dashboard, logged in to operate. */
  get dashboard(): string {
    return DASHBOARD.exec(this.output)![1];
  }

  /** Waits until the output has something. @throws {Error} with the output, if the process ends before */
  async until(wanted: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = wanted.exec(this.output);
      if (found !== null) return found;
      if (this.child.exitCode !== null) throw new Error(`the demo ended (${this.child.exitCode}):\n${this.output}`);
      await Promise.race([
        once(this.child.stdout!, 'data'),
        once(this.child.stderr!, 'data'),
        once(this.child, 'exit'),
      ]);
    }
  }

  async stop(): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const [code] = await exited;
    return code;
  }
}
