import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';

const LINKED = ['package.json', 'node_modules', 'build', 'native', 'deploy'];

/**
 * Writes `src` and the bench's programs as JavaScript to `bench/.build/js`, because that is what the package ships.
 * Loading TypeScript, Node detaches the memory of its type stripper, and V8 from then on checks before every access to a
 * typed array of the thread whether its memory is still there: a fifth of a packet's arbitration.
 * @returns the folder that stands in for the repository's root
 */
export function emitPublished(root: string): string {
  const output = join(root, 'bench', '.build', 'js');
  rmSync(output, { recursive: true, force: true });
  for (const folder of ['src', 'bench/lib', 'bench/programs']) emitFolder(root, output, folder);
  for (const name of LINKED) {
    if (existsSync(join(root, name))) symlinkSync(join(root, name), join(output, name));
  }
  return output;
}

function emitFolder(root: string, output: string, folder: string): void {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) emitFolder(root, output, path);
    else if (path.endsWith('.ts') && !path.endsWith('.test.ts')) emitFile(join(root, path), join(output, path));
  }
}

function emitFile(source: string, target: string): void {
  const text = stripTypeScriptTypes(readFileSync(source, 'utf8'))
    .replace(/((?:from|import)\s*\(?\s*'\.[^']+)\.ts'/g, "$1.js'")
    .replace(/(import\.meta\.dirname, '[^']+)\.ts'/g, "$1.js'");
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target.replace(/\.ts$/, '.js'), text);
}
