import type { LimitControl } from '../order/limit-requests.ts';
import type { LimitSetting, RiskLimits } from '../order/risk-limits.ts';
import { answerTo } from './asking.ts';

/** What the main thread needs for changing limits: to see them, and to ask the gateway's thread. */
export interface LimitAsking {
  readonly limits: RiskLimits;
  readonly limitControl: LimitControl;
}

/** What a reload of the config came to. */
export interface LimitReload {
  /** Limits that are tighter now, in words. */
  readonly lowered: readonly string[];
  /** What was left as it was, and why: only an operator may widen a limit. */
  readonly left: readonly string[];
}

/**
 * An operator sets a limit.
 * @throws {Error} with what is wrong, in words
 */
export async function setLimit({ limitControl }: LimitAsking, setting: LimitSetting, operator: string): Promise<void> {
  const fault = await ask(limitControl, () => limitControl.raise(setting, operator));
  if (fault !== '') throw new Error(fault);
}

/** Takes over what a config that was read again makes tighter. */
export async function reloadLimits(asking: LimitAsking, settings: readonly LimitSetting[]): Promise<LimitReload> {
  const { limits, limitControl } = asking;
  const lowered: string[] = [];
  const left: string[] = [];
  for (const setting of settings) {
    if (setting.value === limits.value(setting.limit, setting.scope, setting.index)) continue;
    const fault = await ask(limitControl, () => limitControl.lower(setting));
    if (fault === '') lowered.push(`${limits.nameOf(setting)} is ${limits.textOf(setting.limit, setting.value)} now`);
    else left.push(fault);
  }
  return { lowered, left };
}

/** @throws {Error} if the gateway's thread does not answer */
function ask(control: LimitControl, request: () => boolean): Promise<string> {
  return answerTo(request, () => control.answer);
}
