/**
 * Makes the README's picture of the status view from a real run: starts the demo, cuts line A and kills the gateway that
 * carries the orders, waits for both switches and a few seconds more, and draws what the view shows then.
 *
 *   node scripts/status-picture.mjs [FILE]      (default docs/status.svg)
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseModel } from '../src/cli/status-screen.ts';
import { renderStatusSvg } from '../src/cli/status-svg.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const picture = process.argv[2] ?? join(root, 'docs', 'status.svg');
const warmline = join(root, 'bin', 'warmline');
const COLUMNS = 132;
const ROWS = 50;
const WARM_UP_MS = 8000;
const AFTER_SWITCH_MS = 4000;
const DEADLINE_MS = 60_000;
const LOOK_MS = 200;
const END_MS = 10_000;

const folder = mkdtempSync(join(tmpdir(), 'warmline-picture-'));
const modelFile = join(folder, 'model.json');

/** On a terminal of its own (util-linux `script`) the demo has its keys, and the picture their legend. */
const hasScript = spawnSync('script', ['--version'], { stdio: 'ignore' }).status === 0;
const command = hasScript
  ? ['script', '--quiet', '--return', '--command', `'${warmline}' demo`, '/dev/null']
  : [warmline, 'demo'];
const demo = spawn(command[0], command.slice(1), {
  cwd: root,
  stdio: ['pipe', 'ignore', 'inherit'],
  env: { ...process.env, WARMLINE_STATUS_JSON: modelFile },
});
const ended = new Promise((resolve) => demo.once('exit', resolve));

function look() {
  return existsSync(modelFile) ? parseModel(readFileSync(modelFile, 'utf8')) : undefined;
}

async function until(what, condition) {
  const deadline = Date.now() + DEADLINE_MS;
  while (Date.now() < deadline && demo.exitCode === null) {
    const model = look();
    if (model !== undefined && condition(model)) return;
    await sleep(LOOK_MS);
  }
  throw new Error(`the demo never came to ${what}`);
}

try {
  await until('a live feed', (model) => model.feeds[0].status === 'live');
  await sleep(WARM_UP_MS);
  spawnSync(warmline, ['sim', 'fault', '--line', 'A', 'silence', '--for', '30s'], { cwd: root, stdio: 'inherit' });
  await until('a switch', (model) => model.feeds[0].switches > 0);
  spawnSync(warmline, ['sim', 'fault', '--host', 'P1', 'kill', '--for', '30s'], { cwd: root, stdio: 'inherit' });
  await until('a failover', (model) => model.orders.failovers > 0);
  await sleep(AFTER_SWITCH_MS);
  writeFileSync(picture, renderStatusSvg(look(), COLUMNS, ROWS));
  process.stdout.write(`${picture}\n`);
} finally {
  // In a terminal `q` is what ends it cleanly; a signal would only reach `script`.
  if (hasScript) demo.stdin.write('q');
  else demo.kill('SIGINT');
  await Promise.race([ended, sleep(END_MS)]);
  demo.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
