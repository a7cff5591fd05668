import { GatewayCommand } from '../gateway/gateway-commands.ts';
import type { GatewaySetup } from '../gateway/gateway-setup.ts';
import { GatewayCell } from '../order/gateway-parts.ts';
import { TotalCell } from '../order/ledger-layout.ts';
import { Scope } from '../order/scope.ts';
import { SessionCell } from '../order/session-cells.ts';
import { SessionState } from '../order/terms.ts';
import { type Action, type ActionArgument, indexOfName } from '../server/actions.ts';
import { RequestError } from '../server/hub.ts';
import { formatCount } from '../status/quantities.ts';

/** What is open of everybody, or of the strategies of one account, or of one strategy. */
const ALL = -1;

/** Sessions that fail over and back, orders that are cancelled, and the day that ends: by the gateway's thread. */
export function orderActions(gateway: GatewaySetup): readonly Action[] {
  const names = namesOf(gateway);
  const port = required('port', names.ports);
  return [
    {
      op: 'session.failover',
      title: 'Fail over',
      group: 'sessions',
      role: 'operate',
      dangerous: true,
      does: 'Gives up the session that a port is logged on with: a mirror host takes over, or another port of its group. Orders in flight become unknown, resting ones blind, until the port has been reconciled.',
      args: [port],
      run: (args) => failOver(gateway, names, indexOfName(names.ports, args.port, 'port')),
    },
    {
      op: 'session.failback',
      title: 'Fail group back',
      group: 'sessions',
      role: 'operate',
      does: 'Returns the new orders of a group to the ports that it prefers, as far as these can carry orders.',
      args: [required('group', names.groups)],
      run: async (args) => {
        const group = indexOfName(names.groups, args.group, 'group');
        if ((await ask(gateway, GatewayCommand.failBack, group)) === 0) {
          throw new RequestError(
            'refused',
            `group ${args.group} has nothing to return: ${routeText(gateway, group)}, and no port that it prefers can carry orders instead`,
          );
        }
        return `group ${args.group}: ${routeText(gateway, group)}`;
      },
    },
    {
      op: 'session.revive',
      title: 'Revive',
      group: 'sessions',
      role: 'operate',
      does: 'Lets a port try again that was given up (its sessions are "ended"): login refused, budget of logins used up, or ended by the venue.',
      args: [port],
      run: async (args) => {
        const index = indexOfName(names.ports, args.port, 'port');
        if ((await ask(gateway, GatewayCommand.revive, index)) === 0) {
          throw new RequestError('refused', `port ${args.port} is not given up: ${stateText(gateway, index)}`);
        }
        return `port ${args.port} tries again, with a new budget of logins`;
      },
    },
    {
      op: 'orders.cancel',
      title: 'Cancel all',
      group: 'orders',
      role: 'operate',
      dangerous: true,
      does: 'Cancels what is open: of everything, of one strategy, of one account. Nobody is kept from sending new orders.',
      args: [optional('strategy', names.strategies), optional('account', names.accounts)],
      run: async ({ strategy, account }) => {
        const first = strategy === undefined ? ALL : indexOfName(names.strategies, strategy, 'strategy');
        const second = account === undefined ? ALL : indexOfName(names.accounts, account, 'account');
        if (first !== ALL && second !== ALL && gateway.options.strategies[first].account !== second) {
          throw new RequestError('refused', `strategy ${strategy} does not trade for account ${account}`);
        }
        return cancelled(gateway, GatewayCommand.cancel, first, second);
      },
    },
    {
      op: 'day.end',
      title: 'End the day',
      group: 'orders',
      role: 'operate',
      dangerous: true,
      does: 'Ends the trading day for good: nothing new is sent, what is open is cancelled, and once nothing is open or in doubt the journal is sealed. It can not be taken back.',
      args: [],
      run: async () => {
        if (gateway.options.cells[GatewayCell.dayEnded] !== 0) {
          throw new RequestError('refused', `day ${gateway.day} has ended already`);
        }
        return `day ${gateway.day} ends: ${await cancelled(gateway, GatewayCommand.endDay, ALL, ALL)}`;
      },
    },
  ];
}

/** Names by number. */
interface Names {
  readonly ports: readonly string[];
  readonly groups: readonly string[];
  readonly strategies: readonly string[];
  readonly accounts: readonly string[];
}

function namesOf({ options }: GatewaySetup): Names {
  return {
    ports: options.ports.map(({ name }) => name),
    groups: options.groups.map(({ options: { name } }) => name),
    strategies: options.strategies.map(({ name }) => name),
    accounts: options.risk.shape.accounts,
  };
}

function required(name: string, options: readonly string[]): ActionArgument {
  return { name, type: 'text', required: true, options };
}

function optional(name: string, options: readonly string[]): ActionArgument {
  return { name, type: 'text', required: false, options };
}

/** @throws {RequestError} if the gateway's thread does not answer */
async function ask({ control }: GatewaySetup, command: GatewayCommand, first: number, second = ALL): Promise<number> {
  try {
    return await control.ask(command, first, second);
  } catch (error) {
    throw new RequestError('stalled', (error as Error).message);
  }
}

async function failOver(gateway: GatewaySetup, { ports, groups }: Names, port: number): Promise<string> {
  const before = stateText(gateway, port);
  if ((await ask(gateway, GatewayCommand.failOver, port)) === 0) {
    throw new RequestError('refused', `port ${ports[port]} is not logged on: ${before}`);
  }
  const group = gateway.options.groups.findIndex((one) => one.ports.includes(port));
  return `port ${ports[port]} has given up its session; group ${groups[group]}: ${routeText(gateway, group)}`;
}

/** Where a group's new orders go, in words. */
function routeText({ options }: GatewaySetup, group: number): string {
  const sessions = options.groups[group].ports.flatMap((port) => options.ports[port].hosts);
  const active = sessions.filter(({ cells }) => cells[SessionCell.state] === SessionState.active);
  return active.length === 0
    ? 'no session carries orders now'
    : `new orders take ${active.map(({ name }) => name).join(' and ')}`;
}

/** What each session of a port does, in words. */
function stateText({ options }: GatewaySetup, port: number): string {
  const word = (code: number) => Object.entries(SessionState).find(([, state]) => state === code)?.[0] ?? code;
  return options.ports[port].hosts.map(({ name, cells }) => `${name} is ${word(cells[SessionCell.state])}`).join(', ');
}

/** Asks for cancels. @returns how many went out, of how many orders */
async function cancelled(gateway: GatewaySetup, command: GatewayCommand, strategy: number, account: number) {
  const { ledger } = gateway;
  const row =
    strategy !== ALL
      ? ledger.total(Scope.strategy, strategy)
      : account !== ALL
        ? ledger.total(Scope.account, account)
        : ledger.total(Scope.global, 0);
  const open = ledger.cells[row + TotalCell.openOrders];
  const sent = await ask(gateway, command, strategy, account);
  if (sent === 0 && open === 0) return 'nothing is open';
  const orders = (count: number) => `${formatCount(count)} ${count === 1 ? 'order' : 'orders'}`;
  const rest = Math.max(0, open - sent);
  const others = rest === 0 ? '' : `; ${orders(rest)} more: being cancelled already, or out of reach`;
  return `cancels sent for ${orders(sent)}${others}`;
}
