import { toArbiterConfig } from '../config/arbiter.ts';
import { type ConfigChange, configChanges } from '../config/changes.ts';
import { examineConfig, formatKey, formatProblem, placesIn, readConfigFile } from '../config/load.ts';
import type { WarmlineConfig } from '../config/schema.ts';
import { type LiveSettings, liveSettingsOf } from '../feed/live-settings.ts';
import type { GatewaySetup } from '../gateway/gateway-setup.ts';
import { reloadLimits } from '../gateway/limit-asking.ts';
import { limitSettingsOf } from '../gateway/risk-setup.ts';
import type { LimitSetting } from '../order/risk-limits.ts';
import { RequestError } from '../server/hub.ts';

/** What a reload is made over. */
export interface ReloadHost {
  /** The config file. */
  readonly file: string;
  /** What the router runs on. */
  running(): WarmlineConfig;
  /** All feeds take over thresholds. @returns why they have not, in words; undefined: they have */
  adoptFeeds(settings: readonly LiveSettings[]): Promise<string | undefined>;
  /** The order half, where something is traded. */
  readonly gateway: GatewaySetup | undefined;
  /** The main thread takes over the rest: log, API, recorder. Can't fail. @returns what a person should hear of */
  adopt(next: WarmlineConfig): readonly string[];
}

const SHOWN_CHANGES = 12;

/**
 * Reads the config file again and takes over what may change while the router runs, as one step: where the file has a
 * mistake, or changes something that can't change, nothing is taken over.
 */
export class ConfigReload {
  private readonly host: ReloadHost;
  private isUnderWay = false;

  constructor(host: ReloadHost) {
    this.host = host;
  }

  /**
   * @returns what has changed, in words
   * @throws {RequestError} naming each key that is wrong or can't change, with its place; nothing has changed then
   */
  async run(): Promise<string> {
    if (this.isUnderWay) throw new RequestError('busy', 'a reload is under way: try again');
    this.isUnderWay = true;
    try {
      return await this.reload();
    } finally {
      this.isUnderWay = false;
    }
  }

  private async reload(): Promise<string> {
    const { host } = this;
    const { file } = host;
    const text = readText(file);
    const { config: next, problems } = examineConfig(text, file);
    if (next === undefined) throw refusal(problems.map(formatProblem));
    const running = host.running();
    const changes = configChanges(running, next);
    const tighter = limitsToAsk(host.gateway, running, next);
    const faults = [
      ...fixedText(changes, file, text),
      ...tighter.wider.map((fault) => `${file}: orders.risk: ${fault}`),
    ];
    if (faults.length > 0) throw refusal(faults);
    // the one step that can fail comes first: where it does, nothing else is touched
    const live = (config: WarmlineConfig) => config.feeds.map((feed) => liveSettingsOf(toArbiterConfig(feed)));
    if (changes.some(({ path }) => path[0] === 'feeds')) {
      const fault = await host.adoptFeeds(live(next));
      if (fault !== undefined) throw new RequestError('failed', `nothing was taken over: ${fault}`);
    }
    const notes = host.adopt(next);
    const lowered = host.gateway === undefined ? [] : await lower(host.gateway, tighter.settings);
    const told = changes.filter(({ kind }) => kind === 'live').map(changeText);
    return [...shortened(told), ...lowered, ...notes].join('; ') || 'nothing has changed';
  }
}

function readText(file: string): string {
  try {
    return readConfigFile(file);
  } catch (error) {
    throw new RequestError('refused', `nothing was taken over:\n${(error as Error).message}`);
  }
}

function refusal(faults: readonly string[]): RequestError {
  return new RequestError('refused', `nothing was taken over:\n${faults.join('\n')}`);
}

function fixedText(changes: readonly ConfigChange[], file: string, text: string): string[] {
  const fixed = changes.filter(({ kind }) => kind === 'fixed');
  if (fixed.length === 0) return [];
  const placeOf = placesIn(text);
  return fixed
    .map(({ path, before, after }) => ({ path, ...placeOf(path), change: `${clipped(before)} → ${clipped(after)}` }))
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map(
      ({ path, line, column, change }) =>
        `${file}:${line}:${column}: ${formatKey(path)}: can't change while the router runs (${change}): restart it`,
    );
}

/** What of the risk limits the file changes: what is to be asked for, and what would go up. */
function limitsToAsk(gateway: GatewaySetup | undefined, running: WarmlineConfig, next: WarmlineConfig) {
  const settings: LimitSetting[] = [];
  const wider: string[] = [];
  if (gateway === undefined || running.orders === undefined || next.orders === undefined) return { settings, wider };
  const { limits, options } = gateway;
  const before = limitSettingsOf(running, options.risk.shape);
  limitSettingsOf(next, options.risk.shape).forEach((setting, i) => {
    // what an operator has set since stays, unless the file changes
    if (setting.value === before[i]?.value) return;
    const { limit, scope, index, value } = setting;
    const inForce = limits.value(limit, scope, index);
    if (value === inForce) return;
    settings.push(setting);
    if (value < inForce) return;
    const change = `from ${limits.textOf(limit, inForce)} to ${limits.textOf(limit, value)}`;
    wider.push(`${limits.nameOf(setting)} would go up ${change}: only an operator may (action limit.set)`);
  });
  return { settings, wider };
}

async function lower(gateway: GatewaySetup, settings: readonly LimitSetting[]): Promise<string[]> {
  try {
    const { lowered, left } = await reloadLimits(gateway, settings);
    return [...lowered, ...left];
  } catch (error) {
    return [`limits: ${(error as Error).message}`];
  }
}

function changeText({ path, before, after }: ConfigChange): string {
  return `${formatKey(path)} ${clipped(before)} → ${clipped(after)}`;
}

const LONGEST_VALUE = 60;

function clipped(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}

function shortened(texts: readonly string[]): string[] {
  if (texts.length <= SHOWN_CHANGES) return [...texts];
  return [...texts.slice(0, SHOWN_CHANGES), `and ${texts.length - SHOWN_CHANGES} more`];
}
