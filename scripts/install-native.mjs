/**
 * Builds the native addon (`build/Release/warmline.node`) by calling the C compiler on `native/*.c`. Runs as npm's
 * `install` script, in a clone and in an installed package, on any Node from 20 up. The headers come from the pinned
 * runtime package, so nothing is downloaded. Without a compiler, headers or a writable folder it says so in one line
 * and succeeds: Warmline then does its input and output through Node's own modules.
 *
 * Environment: `CC` the compiler, `CFLAGS` more flags for it, `WARMLINE_NATIVE=off` to skip the addon.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FLAGS = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-fPIC', '-shared', '-fvisibility=hidden'];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sourceFolder = join(root, 'native');
const outputFolder = join(root, 'build', 'Release');
const output = join(outputFolder, 'warmline.node');
const stampFile = join(outputFolder, 'warmline.stamp');

function say(line) {
  process.stdout.write(`warmline: ${line}\n`);
}

/** Header folders to try: the pinned runtime's (found upwards), a `nodedir`, the running Node's own. */
function* headerFolders() {
  const runtime = `node-linux-${process.arch}`;
  for (let folder = root; ; folder = dirname(folder)) {
    yield join(folder, 'node_modules', runtime, 'include', 'node');
    if (dirname(folder) === folder) break;
  }
  const nodeDir = process.env.npm_config_nodedir;
  if (nodeDir) yield join(nodeDir, 'include', 'node');
  yield join(dirname(dirname(process.execPath)), 'include', 'node');
}

function findHeaders() {
  for (const folder of headerFolders()) if (existsSync(join(folder, 'node_api.h'))) return folder;
  return undefined;
}

/** What the addon was built from: it is built again when any of this changes. */
function fingerprint(files, command) {
  const hash = createHash('sha256').update(JSON.stringify([process.platform, process.arch, command]));
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(sourceFolder, file)));
  return hash.digest('hex');
}

function firstLine(text) {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.find((line) => line.includes('error')) ?? lines[0] ?? 'no message';
}

/** @returns {string} the line to print */
function build() {
  if (process.env.WARMLINE_NATIVE === 'off') return 'native addon skipped (WARMLINE_NATIVE=off)';
  if (process.platform !== 'linux') return `native addon skipped: it is for Linux, this is ${process.platform}`;
  const headers = findHeaders();
  if (headers === undefined) {
    discard();
    return 'native addon not built: no Node headers (package node-linux-* is missing); portable i/o will be used';
  }
  const files = readdirSync(sourceFolder)
    .filter((name) => /\.[ch]$/.test(name))
    .sort();
  const sources = files.filter((name) => name.endsWith('.c'));
  const compiler = (process.env.CC || 'cc').split(' ').filter(Boolean);
  const extra = (process.env.CFLAGS || '').split(' ').filter(Boolean);
  const stamp = fingerprint(files, [compiler, FLAGS, extra, headers]);
  if (existsSync(output) && existsSync(stampFile) && readFileSync(stampFile, 'utf8').trim() === stamp)
    return 'native addon is up to date';

  // The old addon may be mapped by a running process: the new one is written beside it and renamed into place.
  const temporary = join(outputFolder, `.warmline.${process.pid}.node`);
  try {
    mkdirSync(outputFolder, { recursive: true });
    writeFileSync(temporary, '');
  } catch (error) {
    return `native addon not built: ${outputFolder} can't be written (${error.code}); portable i/o will be used`;
  }
  const [command, ...commandFlags] = compiler;
  const result = spawnSync(
    command,
    [...commandFlags, ...FLAGS, ...extra, '-I', headers, '-o', temporary, ...sources.map((s) => join(sourceFolder, s))],
    { encoding: 'utf8' },
  );
  if (result.status !== 0) {
    rmSync(temporary, { force: true });
    discard();
    if (result.error?.code === 'ENOENT')
      return `native addon not built: no C compiler (${command}) in the path; portable i/o will be used`;
    const why = firstLine(result.stderr || result.error?.message || '');
    return `native addon not built: ${command} failed (${why}); portable i/o will be used`;
  }
  renameSync(temporary, output);
  writeFileSync(stampFile, `${stamp}\n`);
  return `native addon built with ${command}, Node-API headers from ${headers}`;
}

/** An addon of other sources must not be loaded in place of the one that could not be built. */
function discard() {
  rmSync(output, { force: true });
  rmSync(stampFile, { force: true });
}

try {
  say(build());
} catch (error) {
  say(`native addon not built: ${error.message}; portable i/o will be used`);
}
