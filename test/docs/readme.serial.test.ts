import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DemoProcess } from '../support/demo-process.ts';
import { repositoryRoot } from '../support/host.ts';

const README = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');
/** Commands of the README's shell blocks, continued lines joined, comments left out. */
const COMMANDS = [...README.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block]) =>
  block
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== ''),
);

const folder = mkdtempSync(join(tmpdir(), 'warmline-readme-'));
const config = join(folder, 'nasdaq.yaml');
const captures = join(repositoryRoot, '..', 'shared', 'data', 'cme-mdp3');
let demo: DemoProcess;

/** How a command is tried. */
interface Trial {
  readonly matches: RegExp;
  /** Why it is not run here, and where else it is. */
  readonly elsewhere?: string;
  /** What stands for what the README can't know: a path, a port, a shorter time. */
  readonly replace?: () => readonly (readonly [string | RegExp, string])[];
  readonly directory?: string;
  readonly leftOut?: boolean;
  readonly exits?: readonly number[];
  readonly says?: RegExp;
}

const TRIALS: readonly Trial[] = [
  { matches: /^npm ci && npm (start|test)$/, elsewhere: 'CI does just that; demo.serial.test.ts starts the demo' },
  {
    matches: /^npx warmline sim fault/,
    replace: () => [[/$/, ` --control ${/control port (\d+)/.exec(demo.output)?.[1]}`]],
    says: /in force/,
  },
  {
    matches: /^npx warmline replay --protocol cme-mdp3/,
    directory: captures,
    leftOut: !existsSync(captures),
    says: /"delivered":5000/,
  },
  { matches: /^npm pack && sudo deploy\/install/, elsewhere: 'test/deploy/install.serial.test.ts' },
  { matches: /^npx warmline init/, says: /^venue: nasdaq/m },
  { matches: /^npx warmline check/, says: /valid/ },
  { matches: /^npx warmline doctor --hiccups/, replace: () => [['10s', '200ms']], exits: [0, 1], says: /stalls/ },
  { matches: /^npx warmline doctor/, exits: [0, 1], says: /checks are fine|is bad|unfit|not fit/ },
  { matches: /^deploy\/tuning\/tune show$/, says: /./ },
  { matches: /^sudo systemctl/, elsewhere: 'test/deploy/units.test.ts has systemd read the units' },
  {
    matches: /^npx warmline ctl (kill|clear|status) /,
    replace: () => [['/etc/warmline/nasdaq.yaml', config]],
    says: /is killed|is cleared|killed: /,
  },
];

const trialOf = (command: string) => TRIALS.find(({ matches }) => matches.test(command));

beforeAll(async () => {
  const orders = join(folder, 'orders');
  mkdirSync(orders);
  // a gateway that is gone has left its kill file
  const gateway = `const { prepareKillFile } = await import(${JSON.stringify(join(repositoryRoot, 'src', 'gateway', 'kill-file.ts'))});
    prepareKillFile(${JSON.stringify(join(orders, 'kill'))}, { accounts: ['main'], strategies: ['maker'] });`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', gateway], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const example = readFileSync(join(repositoryRoot, 'deploy', 'examples', 'nasdaq-orders.yaml'), 'utf8');
  writeFileSync(config, example.replace(/^ {2}directory: \S+/m, `  directory: ${orders}`));
  demo = await DemoProcess.start('--rate', '2000');
  await demo.until(/control port \d+/);
});
afterAll(async () => {
  await demo?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('commands of the README', () => {
  it('are each tried here or elsewhere', () => {
    expect(COMMANDS.length).toBeGreaterThan(10);
    expect(COMMANDS.filter((command) => trialOf(command) === undefined)).toEqual([]);
  });

  it.each(COMMANDS.filter((command) => trialOf(command)?.elsewhere === undefined))('%s', (shown) => {
    const { replace, directory, leftOut, exits = [0], says = /./ } = trialOf(shown)!;
    if (leftOut === true) return;
    let command = shown.replace(/^npx warmline/, join(repositoryRoot, 'bin', 'warmline'));
    for (const [what, by] of replace?.() ?? []) command = command.replace(what, by);
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
      cwd: directory ?? repositoryRoot,
      encoding: 'utf8',
    });
    expect(exits, `${command}: ${stderr}`).toContain(status);
    expect(`${stdout}${stderr}`).toMatch(says);
  });
});
