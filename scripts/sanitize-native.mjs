/**
 * Runs the tests of src/io with an addon built with AddressSanitizer and UndefinedBehaviorSanitizer, so that reads and
 * writes outside its memory are found: `npm run sanitize`. Needs gcc or clang with their sanitizer libraries.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const compiler = process.env.CC || 'cc';
const folder = join(root, 'build', 'Sanitize');
const addon = join(folder, 'warmline.node');
const headers = join(root, 'node_modules', `node-linux-${process.arch}`, 'include', 'node');
const sources = readdirSync(join(root, 'native')).filter((name) => name.endsWith('.c'));

function run(command, args, environment = {}, stdio = 'inherit') {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', stdio, 'inherit'],
    env: { ...process.env, ...environment },
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
  return result.stdout;
}

mkdirSync(folder, { recursive: true });
run(compiler, [
  ...['-std=gnu11', '-g', '-O1', '-Wall', '-Wextra', '-fPIC', '-shared', '-fno-omit-frame-pointer'],
  ...['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-I', headers, '-o', addon],
  ...sources.map((name) => join(root, 'native', name)),
]);
const libraries = ['libasan.so', 'libubsan.so'].map((name) =>
  run(compiler, [`-print-file-name=${name}`], {}, 'pipe').trim(),
);
// Node itself is not built with sanitizers: their library must be there first, and its own leaks are not our subject.
run(process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', 'src/io'], {
  LD_PRELOAD: libraries.join(' '),
  ASAN_OPTIONS: 'detect_leaks=0',
  WARMLINE_ADDON: addon,
});
