import type { Figure } from '../lib/figure.ts';
import { apiAttack } from './api-attack.ts';
import { apiFanout } from './api-fanout.ts';
import { arbitrate } from './arbitrate.ts';
import { fill } from './fill.ts';
import { itchBook } from './itch-book.ts';
import { itchDecode } from './itch-decode.ts';
import { journalRecovery } from './journal-recovery.ts';
import { mirrorTakeover } from './mirror-takeover.ts';
import { orderEncode } from './order-encode.ts';
import { orderPath } from './order-path.ts';
import { ringHop } from './ring-hop.ts';
import { ringThroughput } from './ring-throughput.ts';
import { scale } from './scale.ts';
import { sessionFailover } from './session-failover.ts';
import { steady } from './steady.ts';
import { switchGap } from './switch-gap.ts';
import { switchSilence } from './switch-silence.ts';
import { tickToTrade } from './tick-to-trade.ts';
import { wireToStrategy } from './wire-to-strategy.ts';

/** The figures by what they are about, in the order in which they are run and printed. */
export const figureSets: Readonly<Record<string, readonly Figure[]>> = {
  feed: [
    ringHop,
    ringThroughput,
    wireToStrategy,
    arbitrate,
    fill,
    switchGap,
    switchSilence,
    itchDecode,
    itchBook,
    steady,
    scale,
  ],
  orders: [tickToTrade, orderPath, orderEncode, sessionFailover, mirrorTakeover, journalRecovery],
  api: [apiFanout, apiAttack],
};

export const figures: readonly Figure[] = Object.values(figureSets).flat();
