/**
 * `prepare` in a clone: makes `node_modules/.bin/node` the pinned runtime, so that every npm script runs on it. npm
 * before 11.6 makes no such link when the runtime packages of two architectures are listed. Never fails an install.
 */
import { existsSync, lstatSync, mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules');
const runtime = `node-linux-${process.arch}`;
const binary = join(modules, runtime, 'bin', 'node');
const link = join(modules, '.bin', 'node');

function standsRight() {
  try {
    return realpathSync(link) === realpathSync(binary);
  } catch {
    return false;
  }
}

function occupied() {
  try {
    lstatSync(link);
    return true;
  } catch {
    return false;
  }
}

try {
  if (existsSync(binary) && !standsRight()) {
    mkdirSync(dirname(link), { recursive: true });
    if (occupied()) rmSync(link);
    symlinkSync(join('..', runtime, 'bin', 'node'), link);
  }
} catch (error) {
  process.stdout.write(`warmline: npm scripts run on the host's Node: ${link} could not be made (${error.message})\n`);
}
