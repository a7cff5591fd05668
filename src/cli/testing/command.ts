import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inNamespace } from '../../../test/support/netns.ts';

const BIN = fileURLToPath(new URL('../../../bin/warmline', import.meta.url));

/** A `warmline` command as a process of its own, as a user runs it. */
export class CommandProcess {
  stdout = '';
  stderr = '';
  /** Resolves with the exit code (null after a signal). */
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcess;
  private changed: () => void = () => {};
  private ended = false;

  /** @param namespace network namespace to run in; absent: the host's own */
  constructor(args: readonly string[], namespace?: string) {
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    this.child =
      namespace === undefined
        ? spawn(BIN, args, { stdio: [...stdio] })
        : inNamespace(namespace, [BIN, ...args], { stdio: [...stdio] });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.changed();
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.changed();
    });
    this.exited = new Promise((resolve) => {
      this.child.on('close', (code) => {
        this.ended = true;
        this.changed();
        resolve(code);
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Waits until the command has said something (on either stream). @throws {Error} if it ends before that */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (found !== null) return found;
      if (this.ended) throw new Error(`ended without saying ${pattern}:\n${this.stdout}\n${this.stderr}`);
      await new Promise<void>((resolve) => {
        this.changed = resolve;
      });
    }
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }
}

/** Runs a command to its end. */
export async function runCommand(
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const command = new CommandProcess(args);
  const code = await command.exited;
  return { code, stdout: command.stdout, stderr: command.stderr };
}
