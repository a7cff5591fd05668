import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import type { KillTarget } from '../gateway/kill-bytes.ts';
import type { KillOrder, KillStatus } from '../gateway/kill-command.ts';
import type { ActionOptions } from './ctl-action.ts';
import { durationNs } from './duration.ts';
import { ExitCode, UserError } from './errors.ts';
import { ROUTER_MEANS } from './router-argument.ts';

interface SwitchOptions {
  readonly reason: string;
  readonly strategy?: string;
  readonly account?: string;
  readonly wait: number;
  readonly terminate?: boolean;
}

const FILE_MEANS = 'the kill file (kill in orders.directory), or the config that names it';
const IS_CONFIG = /\.ya?ml$/;
const NS_PER_MS = 1e6;
/** `DrainMode.off` */
const DRAIN_OFF = 0;
const DEFAULT_WAIT_NS = 2e9;
const DEFAULT_ANSWER_NS = 5e9;
/** How often it is asked whether the gateway has confirmed. */
const ASK_MS = 5;

/** Adds `warmline ctl kill|clear|status FILE`, which need no router, and `warmline ctl list|ACTION`, which ask one. */
export function registerCtl(program: Command): void {
  const ctl = program
    .command('ctl')
    .description('steer a running router (list, ACTION); kill, clear and status work whether it runs, hangs or is gone')
    .addHelpText('after', '\nWhat a running router can be asked to do: warmline ctl list');
  addSwitch(ctl, 'kill', 'send no new order and no replace from now on, and cancel what is open')
    .option('--terminate', 'end the process (SIGKILL) if it does not confirm in time; its connections go with it')
    .addHelpText(
      'after',
      '\nEnds with 0 if the gateway confirmed or none runs, with 1 if one runs and did not confirm.\nA kill stays in force, restarts included, until: warmline ctl clear FILE --reason …',
    )
    .action((file: string, options: SwitchOptions) =>
      explained(async () => runSwitch(await killPath(file), true, options)),
    );
  addSwitch(ctl, 'clear', 'let orders be sent again').action((file: string, options: SwitchOptions) =>
    explained(async () => runSwitch(await killPath(file), false, options)),
  );
  ctl
    .command('status')
    .description('say who is killed, since when and why')
    .argument('<file>', FILE_MEANS)
    .option('--json', 'print it as JSON')
    .action((file: string, options: { json?: boolean }) =>
      explained(async () => runStatus(await killPath(file), options.json === true)),
    );
  addActions(ctl);
}

/** What goes over the control socket of a router. */
function addActions(ctl: Command): void {
  const common = (command: Command) =>
    command
      .option('--router <router>', ROUTER_MEANS)
      .option('--wait <duration>', 'how long an answer may take', durationNs, DEFAULT_ANSWER_NS)
      .option('--json', 'print it as JSON');
  common(ctl.command('list').description('what a running router can be asked to do')).action(
    async (options: ActionOptions) => {
      const { listActions } = await import('./ctl-action.ts');
      await listActions(options);
    },
  );
  const action = common(
    ctl
      .command('do', { isDefault: true })
      .description('ask a running router to do something; "do" may be left out')
      .argument('<action>', 'one of those that list shows')
      .argument('[values...]', 'values in the order of its arguments, or NAME=VALUE')
      .option('--reason <text>', 'why: written down with who you are'),
  ).addHelpText(
    'after',
    '\nEnds with 0 if it was done, with 1 if it was refused or no router answers, with 2 if the command line is wrong.\nExample: warmline ctl line.switch itch B --reason "A is being moved"',
  );
  action.action(async (op: string, words: string[], options: ActionOptions) => {
    const { runAction } = await import('./ctl-action.ts');
    await runAction(action, op, words, options);
  });
}

function addSwitch(ctl: Command, name: string, description: string): Command {
  return ctl
    .command(name)
    .description(description)
    .argument('<file>', FILE_MEANS)
    .requiredOption('--reason <text>', 'why: kept beside the file with who and when')
    .option('--strategy <name>', 'only this strategy')
    .option('--account <name>', 'only this account')
    .option('--wait <duration>', 'how long to wait for the gateway to confirm', durationNs, DEFAULT_WAIT_NS);
}

async function runSwitch(file: string, on: boolean, options: SwitchOptions): Promise<void> {
  const { writeKill, readKillStatus } = await import('../gateway/kill-command.ts');
  const { describeTarget } = await import('../gateway/kill-bytes.ts');
  const order: KillOrder = { target: targetOf(options), on, reason: reasonOf(options) };
  const { command, logFault } = writeKill(file, order);
  say(`${describeTarget(order.target)} ${on ? 'is killed' : 'is cleared'}`);
  if (logFault !== undefined) complain(`who, when and why could not be written beside it: ${logFault}`);
  if (await confirmed(file, command, options.wait / NS_PER_MS)) return;
  const status = readKillStatus(file);
  if (!status.isHolderAlive) {
    say('no gateway has the file open: the next one that starts finds it so');
    return;
  }
  const pid = status.holder!.pid;
  if (on && options.terminate === true) {
    process.kill(pid, 'SIGKILL');
    say(`process ${pid} did not confirm and was ended, its connections with it`);
    return;
  }
  complain(
    `process ${pid} has not confirmed within ${options.wait / NS_PER_MS} ms. ` +
      (on
        ? `The switch is set: what it may do is cancel. End it and its connections with: kill -9 ${pid}`
        : 'It goes on as it was until it looks'),
  );
  process.exitCode = ExitCode.failed;
}

async function confirmed(file: string, command: number, waitMs: number): Promise<boolean> {
  const { isConfirmed, readKillStatus } = await import('../gateway/kill-command.ts');
  const startMs = performance.now();
  for (;;) {
    if (isConfirmed(file, command)) {
      say(
        `confirmed by process ${readKillStatus(file).holder?.pid} within ${Math.ceil(performance.now() - startMs)} ms`,
      );
      return true;
    }
    if (performance.now() - startMs >= waitMs || !readKillStatus(file).isHolderAlive) return false;
    await delay(ASK_MS);
  }
}

async function runStatus(file: string, json: boolean): Promise<void> {
  const { readKillStatus } = await import('../gateway/kill-command.ts');
  const { describeTarget } = await import('../gateway/kill-bytes.ts');
  const status = readKillStatus(file);
  if (json) {
    say(JSON.stringify(status, null, 2));
    return;
  }
  say(status.killed.length === 0 ? 'nobody is killed' : `killed: ${status.killed.map(describeTarget).join(', ')}`);
  if (status.paused.length > 0) say(`paused: ${status.paused.join(', ')}`);
  if (status.drain !== DRAIN_OFF) say('draining: nobody opens risk (warmline ctl drain.end)');
  say(holderText(status));
  for (const line of status.log) say(`  ${line}`);
}

function holderText({ holder, isHolderAlive, isConfirmed }: KillStatus): string {
  if (holder === undefined) return 'no gateway has used this file yet';
  if (!isHolderAlive) return `no gateway runs on it (the last one was process ${holder.pid})`;
  return `process ${holder.pid} ${isConfirmed ? 'has confirmed the last command' : 'has NOT confirmed the last command'}`;
}

/** The kill file itself needs nothing but the disk; a config is read only to find it. */
async function killPath(file: string): Promise<string> {
  if (!IS_CONFIG.test(file)) return file;
  const { loadConfig } = await import('../config/load.ts');
  const { KILL_FILE_NAME } = await import('../gateway/kill-bytes.ts');
  const { orders } = loadConfig(file);
  if (orders === undefined)
    throw new UserError(`${file} has no section orders: it sends none`, 'give the kill file itself');
  return join(orders.directory, KILL_FILE_NAME);
}

function targetOf({ strategy, account }: SwitchOptions): KillTarget {
  if (strategy !== undefined && account !== undefined) {
    throw new UserError('--strategy and --account are two kills', 'give one of them, then the other');
  }
  if (strategy !== undefined) return { scope: 'strategy', name: strategy };
  return account === undefined ? { scope: 'global' } : { scope: 'account', name: account };
}

function reasonOf({ reason }: SwitchOptions): string {
  if (reason.trim() === '') throw new UserError('--reason says nothing', 'give the reason in words');
  return reason;
}

/** What is wrong with the file is the user's to mend. */
async function explained(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    const { name, message, remedy, code, path } = error as Error & { remedy?: string; code?: string; path?: string };
    if (name === 'KillFileError') throw new UserError(message, remedy, { cause: error });
    if (code === 'ENOENT')
      throw new UserError(
        `there is no kill file ${path ?? ''}`,
        'it is called kill, in the folder that the config names as orders.directory',
        {
          cause: error,
        },
      );
    throw error;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function complain(line: string): void {
  process.stderr.write(`warmline: ${line}\n`);
}
