import type { Command } from 'commander';
import type { ActionArgument } from '../server/actions.ts';
import { ControlClient, type ControlReply } from './control-client.ts';
import { UserError } from './errors.ts';
import { findRouter } from './find-router.ts';

/** What `warmline ctl ACTION` was asked. */
export interface ActionOptions {
  readonly reason?: string;
  readonly router?: string;
  /** How long an answer may take, in ns. */
  readonly wait: number;
  readonly json?: boolean;
}

const NS_PER_SECOND = 1e9;

/** An action as a router describes it. */
interface OfferedAction {
  readonly op: string;
  readonly does: string;
  readonly group: string;
  readonly args: readonly ActionArgument[];
  readonly reason?: false;
}

/** Prints what a router can be asked to do. */
export async function listActions(options: Omit<ActionOptions, 'reason'>): Promise<void> {
  const client = await ControlClient.connect(findRouter(options.router), options.wait);
  try {
    const actions = await offered(client);
    process.stdout.write(`${options.json === true ? JSON.stringify(actions) : listText(actions)}\n`);
  } finally {
    client.close();
  }
}

/**
 * Asks a router to do something, and prints what was done.
 * @param words values in the order of the action's arguments, or NAME=VALUE
 * @throws {UserError} if it was refused; what is wrong with the command line goes through `command.error`
 */
export async function runAction(
  command: Command,
  op: string,
  words: readonly string[],
  options: ActionOptions,
): Promise<void> {
  const client = await ControlClient.connect(findRouter(options.router), options.wait);
  try {
    const actions = await offered(client);
    const action = actions.find((one) => one.op === op);
    if (action === undefined) {
      command.error(`error: there is no action "${op}": ${actions.map((one) => one.op).join(', ')}`);
    }
    const args = argumentsOf(action, words);
    if (typeof args === 'string') command.error(`error: ${args}\nusage: warmline ctl ${usage(action)}`);
    if (action.reason !== false && (options.reason ?? '').trim() === '') {
      command.error(
        `error: --reason TEXT is needed: it is written down with who you are\nusage: warmline ctl ${usage(action)}`,
      );
    }
    const request = { op, ...args, ...(options.reason === undefined ? {} : { reason: options.reason }) };
    const seconds = action.args.find(({ waits }) => waits === true)?.name ?? '';
    const reply = await client.ask(request, Number(args[seconds] ?? 0) * NS_PER_SECOND);
    if (reply.type === 'error' && reply.code === 'malformed') command.error(`error: ${reply.message}`);
    const result = resultOf(reply);
    process.stdout.write(`${options.json === true ? JSON.stringify({ op, result }) : String(result ?? 'done')}\n`);
  } finally {
    client.close();
  }
}

async function offered(client: ControlClient): Promise<readonly OfferedAction[]> {
  return resultOf(await client.ask({ op: 'actions' })) as readonly OfferedAction[];
}

function resultOf(reply: ControlReply): unknown {
  if (reply.type === 'done') return reply.result;
  throw new UserError(reply.code === 'refused' ? reply.message : `${reply.code}: ${reply.message}`);
}

/** @returns the arguments by name, or what is wrong with them */
function argumentsOf({ args }: OfferedAction, words: readonly string[]): Record<string, string | number> | string {
  const values: Record<string, string | number> = {};
  const free = [...args];
  const take = (argument: ActionArgument, text: string): string | undefined => {
    const value = argument.type === 'number' ? Number(text) : text;
    if (Number.isNaN(value) || text.trim() === '') return `${argument.name} is a ${argument.type}, not "${text}"`;
    if (argument.options !== undefined && !argument.options.includes(text)) {
      return `${argument.name} is one of ${argument.options.join(', ')}, not "${text}"`;
    }
    values[argument.name] = value;
    free.splice(free.indexOf(argument), 1);
    return undefined;
  };
  const positional: string[] = [];
  for (const word of words) {
    const [, name, value] = /^([A-Za-z]+)=(.*)$/.exec(word) ?? [];
    const named = args.find((argument) => argument.name === name);
    // a value may hold a = of its own
    if (named === undefined) positional.push(word);
    else if (!free.includes(named)) return `${named.name} is given twice`;
    else {
      const fault = take(named, value!);
      if (fault !== undefined) return fault;
    }
  }
  for (const word of positional) {
    const [next] = free;
    if (next === undefined) return `"${word}" is one argument too many`;
    const fault = take(next, word);
    if (fault !== undefined) return fault;
  }
  const missing = free.filter(({ required }) => required).map(({ name }) => name);
  return missing.length === 0 ? values : `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing`;
}

function usage({ op, args, reason }: OfferedAction): string {
  const words = args.map(({ name, required }) => (required ? name.toUpperCase() : `[${name.toUpperCase()}]`));
  return [op, ...words, ...(reason === false ? [] : ['--reason TEXT'])].join(' ');
}

function listText(actions: readonly OfferedAction[]): string {
  const groups = new Map<string, OfferedAction[]>();
  for (const action of actions) groups.set(action.group, [...(groups.get(action.group) ?? []), action]);
  return [...groups]
    .map(([group, members]) => `${group}\n${members.map((one) => `  ${usage(one)}\n      ${one.does}`).join('\n')}`)
    .join('\n');
}
