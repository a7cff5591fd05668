import { createInterface } from 'node:readline';

/** A `go` line's `key=value` words. */
export class Words {
  private readonly words = new Map<string, string>();

  constructor(parts: readonly string[]) {
    for (const part of parts) {
      const equals = part.indexOf('=');
      if (equals > 0) this.words.set(part.slice(0, equals), part.slice(equals + 1));
    }
  }

  text(key: string, fallback = ''): string {
    return this.words.get(key) ?? fallback;
  }

  number(key: string, fallback: number): number {
    const value = this.words.get(key);
    return value === undefined ? fallback : Number(value);
  }
}

/** What the program was started with. */
export const commandLine = new Words(process.argv.slice(2));

/**
 * The program's side of the line protocol (see `bench/c/common.h`): says `ready`, then answers each `go`.
 * `sample` gets the line's words, and a function that says `armed`.
 */
export function serve(
  ready: Record<string, unknown>,
  sample: (words: Words, armed: () => void) => Promise<object> | object,
): void {
  const armed = () => process.stdout.write('armed\n');
  const lines = createInterface({ input: process.stdin });
  let turn = Promise.resolve();
  lines.on('line', (line) => {
    if (line.startsWith('stop')) process.exit(0);
    if (!line.startsWith('go')) return;
    turn = turn.then(async () => {
      const answer = await Promise.resolve()
        .then(() => sample(new Words(line.split(' ')), armed))
        .catch((error: Error) => ({ error: error.stack ?? String(error) }));
      process.stdout.write(`${JSON.stringify(answer)}\n`);
    });
  });
  lines.on('close', () => process.exit(0));
  process.stdout.write(`ready ${JSON.stringify(ready)}\n`);
}
