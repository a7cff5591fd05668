import { setTimeout as delay } from 'node:timers/promises';
import type { GatewaySetup } from '../gateway/gateway-setup.ts';
import { writeDrain, writePause } from '../gateway/hold-command.ts';
import { drainModeOf, pausedStrategies } from '../gateway/kill-bytes.ts';
import { lookAt } from '../gateway/kill-command.ts';
import { DrainState, GatewayCell } from '../order/gateway-parts.ts';
import { DrainMode } from '../order/kill.ts';
import { TotalCell } from '../order/ledger-layout.ts';
import { Scope } from '../order/scope.ts';
import { type Action, type Asked, indexOfName } from '../server/actions.ts';
import { RequestError } from '../server/hub.ts';
import { formatCount } from '../status/quantities.ts';

const LOOK_MS = 10;
const MS_PER_SECOND = 1000;
const DEFAULT_WAIT_SECONDS = 3;
/** The control socket closes a conversation in which nothing is said for a minute. */
const MOST_WAIT_SECONDS = 50;
const REST = { cancel: DrainMode.cancel, leave: DrainMode.leave } as const;

/** Strategies are paused and the router is drained: words in the kill file, which outlast the router until they are taken back. */
export function holdActions(gateway: GatewaySetup): readonly Action[] {
  const strategies = gateway.options.strategies.map(({ name }) => name);
  const strategy = { name: 'strategy', type: 'text', required: true, options: strategies } as const;
  return [
    {
      op: 'strategy.pause',
      title: 'Pause strategy',
      group: 'orders',
      role: 'operate',
      does: 'Refuses its new orders and replaces until it is resumed, restarts included; its cancels pass, what rests stays.',
      args: [strategy],
      run: (args, asked) => {
        const number = indexOfName(strategies, args.strategy, 'strategy');
        const fault = writePause(gateway.killPath, strategies[number], true, why(asked));
        const open = openOf(gateway, Scope.strategy, number).all;
        return withFault(`strategy ${args.strategy} is paused; ${orders(open)} of it open`, fault);
      },
    },
    {
      op: 'strategy.resume',
      title: 'Resume strategy',
      group: 'orders',
      role: 'operate',
      does: 'Lets a strategy that was paused send orders again.',
      args: [strategy],
      run: (args, asked) => {
        const number = indexOfName(strategies, args.strategy, 'strategy');
        if (!pausedStrategies(lookAt(gateway.killPath).bytes).includes(strategies[number])) {
          throw new RequestError('refused', `strategy ${args.strategy} is not paused`);
        }
        const fault = writePause(gateway.killPath, strategies[number], false, why(asked));
        return withFault(`strategy ${args.strategy} goes on`, fault);
      },
    },
    {
      op: 'drain',
      title: 'Drain',
      group: 'orders',
      role: 'operate',
      dangerous: true,
      does: 'Nobody opens risk from now on, restarts included, until the drain is ended; what rests is cancelled, or left to trade or expire. For an upgrade: drained means that nothing is open or in doubt.',
      args: [{ name: 'rest', title: 'what rests', type: 'text', required: false, options: Object.keys(REST) }],
      run: async ({ rest = 'cancel' }, asked) => {
        const mode = REST[String(rest) as keyof typeof REST];
        if (mode === undefined) throw new RequestError('unknown', `rest is cancel or leave, not "${rest}"`);
        const fault = writeDrain(gateway.killPath, mode, why(asked));
        return withFault(`nobody opens risk any more; ${openText(gateway)}`, fault);
      },
    },
    {
      op: 'drain.wait',
      title: 'Wait until drained',
      group: 'orders',
      role: 'operate',
      reads: true,
      reason: false,
      does: `Answers once nothing is open or in doubt in a drain; refuses with what is, if that takes longer than SECONDS (${DEFAULT_WAIT_SECONDS} unless given, ${MOST_WAIT_SECONDS} at most).`,
      args: [{ name: 'seconds', type: 'number', required: false, waits: true }],
      run: ({ seconds = DEFAULT_WAIT_SECONDS }) => drained(gateway, Number(seconds)),
    },
    {
      op: 'drain.end',
      title: 'End drain',
      group: 'orders',
      role: 'operate',
      dangerous: true,
      does: 'Lets orders be sent again after a drain.',
      args: [],
      run: (_, asked) => {
        if (!isDraining(gateway)) throw new RequestError('refused', 'nobody has the router drained');
        return withFault('the drain has ended', writeDrain(gateway.killPath, DrainMode.off, why(asked)));
      },
    },
  ];
}

function why({ by, reason }: Asked): string {
  return `${by}: ${reason}`;
}

function withFault(done: string, fault: string | undefined): string {
  return fault === undefined ? done : `${done}; who and why could not be written beside the kill file: ${fault}`;
}

function isDraining({ killPath }: GatewaySetup): boolean {
  return drainModeOf(lookAt(killPath).bytes) !== DrainMode.off;
}

async function drained(gateway: GatewaySetup, seconds: number): Promise<string> {
  if (!(seconds >= 0 && seconds <= MOST_WAIT_SECONDS)) {
    throw new RequestError('malformed', `seconds: 0 to ${MOST_WAIT_SECONDS}`);
  }
  const { cells } = gateway.options;
  const deadlineMs = performance.now() + seconds * MS_PER_SECOND;
  for (;;) {
    if (!isDraining(gateway)) throw new RequestError('refused', 'nobody has the router drained: ask for drain first');
    if (cells[GatewayCell.drain] === DrainState.drained) return 'drained: nothing is open or in doubt';
    if (performance.now() >= deadlineMs) {
      throw new RequestError('refused', `not drained within ${seconds} s: ${openText(gateway)}`);
    }
    await delay(LOOK_MS);
  }
}

function openOf({ ledger }: GatewaySetup, scope: Scope, index: number) {
  const row = ledger.total(scope, index);
  const of = (cell: keyof typeof TotalCell) => ledger.cells[row + TotalCell[cell]];
  return { all: of('openOrders'), unknown: of('unknownOrders'), blind: of('blindOrders') };
}

function openText(gateway: GatewaySetup): string {
  const { all, unknown, blind } = openOf(gateway, Scope.global, 0);
  const doubts =
    unknown + blind === 0 ? '' : `, ${formatCount(unknown)} of them unknown and ${formatCount(blind)} blind`;
  return `${orders(all)} open${doubts}`;
}

function orders(count: number): string {
  return count === 1 ? '1 order is' : `${formatCount(count)} orders are`;
}
