/**
 * Emits the published form of the package: `src/*.ts` → `dist/*.js` with type declarations, and the assets that are
 * not TypeScript. Runs before `npm pack` (`prepack`); a clone needs none of it.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = join(root, 'src');
const output = join(root, 'dist');

function run(script, args) {
  const result = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 26,
  });
  if (result.status !== 0) {
    process.stdout.write(result.stdout);
    throw new Error(`${script} ${args.join(' ')} failed`);
  }
  return result.stdout;
}

/** What stands in `src` beside TypeScript (and is no test's own data) is taken along as it is. */
function copyAssets(folder) {
  for (const entry of readdirSync(join(sources, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'testing' && entry.name !== 'testdata') copyAssets(path);
    } else if (!entry.name.endsWith('.ts')) {
      mkdirSync(join(output, folder), { recursive: true });
      copyFileSync(join(sources, path), join(output, path));
    }
  }
}

rmSync(output, { recursive: true, force: true });
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
run(compiler, ['-p', 'tsconfig.build.json']);
copyAssets('.');
const schema = join('src', 'config', 'export-schema.ts');
if (existsSync(join(root, schema))) writeFileSync(join(output, 'config', 'schema.json'), run(schema, []));
