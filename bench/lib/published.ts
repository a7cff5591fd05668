import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const LINKED = ['package.json', 'node_modules', 'build', 'native', 'deploy'];

/**
 * Writes `src` and the bench's programs as JavaScript to `bench/.build/js`, by the compiler and with the options that
 * make the package, because that is what users run. Two differences to running the sources count. Loading TypeScript, Node
 * detaches the memory of its type stripper, and V8 from then on checks before every access to a typed array of the thread
 * whether its memory is still there: a fifth of a packet's arbitration. And a stripped class defines each field as
 * undefined before its constructor sets it, so that V8 takes none of them for constant: a fifth of an order.
 * @returns the folder that stands in for the repository's root
 */
export function emitPublished(root: string): string {
  const output = join(root, 'bench', '.build', 'js');
  rmSync(output, { recursive: true, force: true });
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [compiler, '-p', join(root, 'bench', 'tsconfig.build.json')],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`the bench's programs do not compile: ${stdout}${stderr}`);
  pointAtJavaScript(join(output, 'bench'));
  const dashboard = join('src', 'server', 'dashboard');
  cpSync(join(root, dashboard), join(output, dashboard), { recursive: true });
  for (const name of LINKED) {
    if (existsSync(join(root, name))) symlinkSync(join(root, name), join(output, name));
  }
  return output;
}

/** Paths of files in texts are no imports: the compiler leaves their extension. */
function pointAtJavaScript(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) pointAtJavaScript(path);
    else writeFileSync(path, readFileSync(path, 'utf8').replace(/(import\.meta\.dirname, '[^']+)\.ts'/g, "$1.js'"));
  }
}
