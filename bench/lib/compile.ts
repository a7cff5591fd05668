import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Compiles every `bench/c/*.c` into `bench/.build`, where its sources are newer. `-O2`, as a production build would be. */
export function compileTwins(bench: string): void {
  const sources = join(bench, 'c');
  const build = join(bench, '.build');
  mkdirSync(build, { recursive: true });
  const files = readdirSync(sources);
  const newestHeader = Math.max(
    0,
    ...files.filter((f) => f.endsWith('.h')).map((f) => statSync(join(sources, f)).mtimeMs),
  );
  for (const file of files.filter((f) => f.endsWith('.c'))) {
    const source = join(sources, file);
    const program = join(build, file.slice(0, -2));
    const newest = Math.max(newestHeader, statSync(source).mtimeMs);
    if (existsSync(program) && statSync(program).mtimeMs > newest) continue;
    execFileSync('cc', ['-O2', '-std=gnu11', '-Wall', '-Wextra', '-o', program, source, '-lpthread', '-lm'], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  }
}
