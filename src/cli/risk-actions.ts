import type { WarmlineConfig } from '../config/schema.ts';
import type { GatewaySetup } from '../gateway/gateway-setup.ts';
import { describeTarget, type KillTarget } from '../gateway/kill-bytes.ts';
import { writeKill } from '../gateway/kill-command.ts';
import { reloadLimits, setLimit } from '../gateway/limit-asking.ts';
import { limitSettingsOf } from '../gateway/risk-setup.ts';
import { LIMIT_TABLE, type LimitSpec, NO_LIMIT } from '../order/limit-table.ts';
import type { LimitSetting } from '../order/risk-limits.ts';
import { SCOPE_NAMES, Scope } from '../order/scope.ts';
import { type Action, indexOfName } from '../server/actions.ts';
import { RequestError } from '../server/hub.ts';

/** What the actions on limits and the kill switch are made over. */
export interface RiskActionHost {
  readonly gateway: GatewaySetup;
  /** Reads the config file again; undefined where there is none to read. */
  readonly readConfig: (() => WarmlineConfig) | undefined;
}

const AMOUNT_UNIT = 10_000;
const PERCENT_UNIT = 100;
const NS_PER_MS = 1e6;
/** What a value is in, by unit of the limit. */
const VALUE_MEANS = 'its value (shares, orders, an amount, percent, ms; 0 = check), or off';
const SCOPE_ARGUMENT = {
  name: 'scope',
  type: 'text',
  required: true,
  options: SCOPE_NAMES,
} as const;

/** Kill, clear, and limits: an operator may widen one, a reload only makes them tighter. */
export function riskActions(host: RiskActionHost): readonly Action[] {
  const { gateway } = host;
  const target = [
    { name: 'strategy', type: 'text', required: false, from: 'strategies' },
    { name: 'account', type: 'text', required: false, from: 'accounts' },
  ] as const;
  return [
    {
      op: 'kill',
      title: 'Kill',
      group: 'orders',
      role: 'operate',
      dangerous: true,
      does: 'Sends no new order and no replace from now on, and cancels what is open: of everything, or of one strategy or account.',
      args: target,
      run: (args, asked) => switchKill(gateway, targetOf(args), true, `${asked.by}: ${asked.reason}`),
    },
    {
      op: 'kill.clear',
      title: 'Clear kill',
      group: 'orders',
      role: 'operate',
      dangerous: true,
      does: 'Lets orders be sent again.',
      args: target,
      run: (args, asked) => switchKill(gateway, targetOf(args), false, `${asked.by}: ${asked.reason}`),
    },
    {
      op: 'limit.set',
      title: 'Set limit',
      group: 'orders',
      role: 'operate',
      dangerous: true,
      does: 'Sets a limit of one scope, up or down; it holds until the day ends.',
      args: [
        { name: 'limit', type: 'text', required: true, options: LIMIT_TABLE.map(({ name }) => name) },
        SCOPE_ARGUMENT,
        { name: 'of', title: 'which account, strategy, venue or symbol', type: 'text', required: false },
        { name: 'value', title: VALUE_MEANS, type: 'text', required: true },
      ],
      run: async (args, { by }) => {
        const setting = settingOf(gateway, args);
        await setLimit(gateway, setting, by);
        return `${gateway.limits.nameOf(setting)} is ${gateway.limits.textOf(setting.limit, setting.value)} now`;
      },
    },
    {
      op: 'limits.reload',
      title: 'Reload limits',
      group: 'orders',
      role: 'operate',
      does: 'Reads the config file again and takes over what makes limits tighter.',
      args: [],
      run: async () => {
        if (host.readConfig === undefined) throw new RequestError('refused', 'there is no config file to read again');
        const settings = limitSettingsOf(host.readConfig(), gateway.options.risk.shape);
        const { lowered, left } = await reloadLimits(gateway, settings);
        return [...lowered, ...left].join('; ') || 'nothing has changed';
      },
    },
  ];
}

function switchKill(gateway: GatewaySetup, target: KillTarget, on: boolean, reason: string): string {
  const { logFault } = writeKill(gateway.killPath, { target, on, reason });
  const done = `${describeTarget(target)} ${on ? 'is killed' : 'is cleared'}`;
  return logFault === undefined ? done : `${done}; who and why could not be written beside it: ${logFault}`;
}

type Args = Readonly<Record<string, string | number>>;

function targetOf({ strategy, account }: Args): KillTarget {
  if (strategy !== undefined && account !== undefined) {
    throw new RequestError('refused', 'a strategy and an account are two kills: one of them, then the other');
  }
  if (strategy !== undefined) return { scope: 'strategy', name: String(strategy) };
  return account === undefined ? { scope: 'global' } : { scope: 'account', name: String(account) };
}

function settingOf({ limits }: GatewaySetup, { limit, scope, of = '', value }: Args): LimitSetting {
  const spec =
    LIMIT_TABLE[
      indexOfName(
        LIMIT_TABLE.map(({ name }) => name),
        limit,
        'limit',
      )
    ];
  const scopeCode = indexOfName(SCOPE_NAMES, scope, 'scope') as Scope;
  const names = Array.from({ length: limits.rows.size(scopeCode) }, (_, i) => limits.rows.name(scopeCode, i));
  const index = scopeCode === Scope.global ? 0 : indexOfName(names, of, SCOPE_NAMES[scopeCode]);
  return { limit: spec.id, scope: scopeCode, index, value: inUnits(spec, String(value)) };
}

/** A value as people write it, in the checks' unit. @throws {RequestError} if it is none */
function inUnits(limit: LimitSpec, text: string): number {
  const value = text.trim() === 'off' ? NO_LIMIT : Number(text);
  if (text.trim() === '' || Number.isNaN(value)) {
    throw new RequestError('refused', `"${text}" is no value of ${limit.name}: a number, or off`);
  }
  switch (limit.unit) {
    case 'value4':
      return Math.round(value * AMOUNT_UNIT);
    case 'ratio4':
      return Math.round(value * PERCENT_UNIT);
    case 'ns':
      return value * NS_PER_MS;
    default:
      return value;
  }
}
