/**
 * Everything that must hold before a change goes in: lint, types, tests, a short run of the benches. Every step runs
 * whatever the others do; the last line counts the tests: `812 passed, 0 failed, 3 skipped`. Ends with 1 if anything
 * failed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const STEP_TIMEOUT_MS = 40 * 60_000;
const MS_PER_SECOND = 1000;

const reports = mkdtempSync(join(tmpdir(), 'warmline-check-'));
const report = join(reports, 'tests.json');

/** @type {[name: string, args: string[], present?: string][]} */
const steps = [
  ['lint', ['run', 'lint']],
  ['types', ['run', 'typecheck']],
  ['tests', ['test', '--', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]],
  // The suite has a slice of it; here are a thousand histories, always the same ones: what others find by hand
  // (`npm run sim:orders`) must not depend on who looks.
  ['orders simulation', ['run', 'sim:orders', '--', '--histories', '1000', '--seed', '1'], 'test/orders-sim/main.ts'],
  ['bench smoke', ['run', 'bench', '--', '--smoke'], 'bench/main.ts'],
];

/** Tests by outcome. A file that fails before its first test counts as one failure. */
function countTests() {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { status, assertionResults } of testResults) {
    for (const test of assertionResults) {
      if (test.status === 'passed') counts.passed++;
      else if (test.status === 'failed') counts.failed++;
      else counts.skipped++;
    }
    if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) counts.failed++;
  }
  return counts;
}

const outcomes = [];
for (const [name, args, needs] of steps) {
  if (needs !== undefined && !existsSync(join(root, needs))) continue;
  process.stdout.write(`\n== ${name}: npm ${args.join(' ')}\n`);
  const startedMs = Date.now();
  const { status, error } = spawnSync('npm', args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: STEP_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  const seconds = Math.round((Date.now() - startedMs) / MS_PER_SECOND);
  outcomes.push({ name, ok: status === 0, how: error?.message ?? `exit ${status}`, seconds });
}

const counts = countTests();
rmSync(reports, { recursive: true });
process.stdout.write('\n');
for (const { name, ok, how, seconds } of outcomes)
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'}  ${name} (${seconds} s${ok ? '' : `, ${how}`})\n`);
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exitCode = outcomes.every(({ ok }) => ok) && counts.failed === 0 ? 0 : 1;
