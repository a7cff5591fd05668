import type { VenueRules } from '../../order/order-protocol.ts';
import { HEARTBEAT_INTERVAL_NS, LOGIN_TIMEOUT_NS, SILENCE_NS } from './soupbintcp.ts';

/** A rule with what both versions have, and where that is written. */
interface RuleRow<Rule extends Exclude<keyof VenueRules, 'source'>> {
  readonly rule: Rule;
  readonly ouch50: VenueRules[Rule];
  readonly ouch42: VenueRules[Rule];
  /** `unconfirmed`: general knowledge that no capture here shows; state it in the config where the venue says otherwise. */
  readonly source: string;
}
type AnyRow = { [Rule in Exclude<keyof VenueRules, 'source'>]: RuleRow<Rule> }[Exclude<keyof VenueRules, 'source'>];

const both = <Rule extends Exclude<keyof VenueRules, 'source'>>(
  rule: Rule,
  value: VenueRules[Rule],
  source: string,
): RuleRow<Rule> => ({ rule, ouch50: value, ouch42: value, source });

/** How OUCH venues behave, rule by rule. */
export const OUCH_RULES: readonly AnyRow[] = [
  both('logoutCancels', false, 'unconfirmed: a logout is a disconnect, and what that does is a setting of the port'),
  both('cancelOnDisconnect', 'off', 'unconfirmed: a setting of the port'),
  both('cancelOnDisconnectDelayNs', 0, 'unconfirmed: a setting of the port'),
  both(
    'secondLogin',
    'refused',
    'unconfirmed: hosts that refuse (login reject S) and hosts that displace the first both exist',
  ),
  both('mirrorsShareSequence', true, 'OUCH, mirror hosts: a port has one numbering of sequenced messages'),
  both('peerMayCancel', false, 'OUCH: references and tokens belong to a port, a cancel names one of its own'),
  both('replaceShares', 'total', 'OUCH, Replace Order, unconfirmed: shares of the chain, executed ones included'),
  both('cancelShares', 'newTotal', 'OUCH, Cancel Order, unconfirmed: the total that may trade afterwards'),
  both('replaceTakesNewRef', true, 'OUCH, Replace Order: the replacement has a UserRefNum or token of its own'),
  {
    rule: 'refsMustRise',
    ouch50: true,
    ouch42: false,
    source: 'OUCH 5.0: UserRefNum is strictly increasing; OUCH 4.2: a token only has to be unused today',
  },
  {
    rule: 'barrier',
    ouch50: 'query',
    ouch42: 'probe',
    source: 'OUCH 5.0: Account Query is answered in sequence; OUCH 4.2 has no query, but answers for an unused token',
  },
  both(
    'resendIsHarmless',
    true,
    'OUCH, unconfirmed: a used UserRefNum (5.0: or any not above the last) or token is ignored in silence',
  ),
  both('loginDeadlineNs', LOGIN_TIMEOUT_NS, 'SoupBinTCP, unconfirmed: a connection must log in within 30 s'),
  both('heartbeatIntervalNs', HEARTBEAT_INTERVAL_NS, 'SoupBinTCP: a heartbeat after 1 s without a packet'),
  both('silenceNs', SILENCE_NS, 'SoupBinTCP: a peer silent for 15 s is gone'),
];

/** The rules of one version as the order half reads them. */
export function ouchRules(version: 'ouch50' | 'ouch42'): VenueRules {
  const rules = Object.fromEntries(OUCH_RULES.map((row) => [row.rule, row[version]]));
  return { ...rules, source: 'OUCH_RULES in src/venues/nasdaq/ouch-rules.ts' } as unknown as VenueRules;
}
