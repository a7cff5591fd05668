import type { VenueRules } from './order-protocol.ts';

/**
 * Rules that a venue, or a port of it, may set otherwise than its protocol's table says. What the messages themselves
 * mean (`barrier`, `replaceTakesNewRef`, `refsMustRise`, `resendIsHarmless`) is the protocol's alone.
 */
export type StatedRules = Partial<
  Pick<
    VenueRules,
    | 'logoutCancels'
    | 'cancelOnDisconnect'
    | 'cancelOnDisconnectDelayNs'
    | 'secondLogin'
    | 'mirrorsShareSequence'
    | 'peerMayCancel'
    | 'replaceShares'
    | 'cancelShares'
    | 'loginDeadlineNs'
    | 'heartbeatIntervalNs'
    | 'silenceNs'
  >
>;

/** The protocol's rules with what the config states instead; `source` says which ones those are. */
export function withStatedRules(rules: VenueRules, stated: StatedRules): VenueRules {
  const named = Object.entries(stated).filter(([, value]) => value !== undefined);
  if (named.length === 0) return rules;
  const source = `${rules.source}; config: ${named.map(([rule]) => rule).join(', ')}`;
  return { ...rules, ...Object.fromEntries(named), source };
}
