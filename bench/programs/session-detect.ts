/**
 * How long a session that has gone quiet passes for sound: the detection window, apart from the switch after it. The venue
 * serves logins and answers nothing else. A sample is what the session's own evidence measured; `boundNs` is what was
 * configured.
 *
 * Words: evidence=ackDeadline (an order goes unanswered) | missedHeartbeats (the venue says nothing at all)
 */
import { SessionCell } from '../../src/order/session-cells.ts';
import { Evidence } from '../../src/order/terms.ts';
import { nowNs, pinThisThread, readClock } from '../lib/hot-thread.ts';
import { FAILOVER_SESSION, LiveOrders } from '../lib/live-orders.ts';
import { ORDER_DAY } from '../lib/order-setup.ts';
import { encodeSamples } from '../lib/program.ts';
import { ScratchJournal } from '../lib/scratch-journal.ts';
import { commandLine, serve } from '../lib/serve.ts';

const MOST_ORDERS = 1 << 14;
/** The default would take 15 s a sample. */
const SILENCE_NS = 50e6;

pinThisThread(commandLine.number('core', -1));
const wantsOrder = commandLine.text('evidence') === 'ackDeadline';
const evidence = wantsOrder ? Evidence.ackDeadline : Evidence.missedHeartbeats;
const { backoff } = FAILOVER_SESSION;
const connection = { username: 'port0', password: 'bench', session: '', day: ORDER_DAY, silenceNs: SILENCE_NS };
const orders = new LiveOrders({
  tcpPorts: commandLine.text('ports').split(',').map(Number),
  shape: [1, 1],
  maxOrders: MOST_ORDERS,
  journal: new ScratchJournal(),
  session: wantsOrder ? { backoff } : { backoff, connection },
});
const { loop } = orders.day;

function isReady(): boolean {
  for (const port of loop.ports) if (!port.usable) return false;
  return orders.carrier !== undefined && loop.openOrders === 0;
}

serve({}, (words) => {
  const count = words.number('count', 4);
  const samples = new Float32Array(count);
  let boundNs = 0;
  readClock();
  const start = nowNs[0]!;
  for (let i = 0; i < count; i++) {
    orders.turnUntil(isReady, 'both ports are logged on');
    const { cells } = orders.carrier!;
    const before = cells[SessionCell.evidenceNs]!;
    if (wantsOrder) orders.fill(1);
    orders.turnUntil(() => cells[SessionCell.evidenceNs] !== before, 'the session is doubted');
    if (cells[SessionCell.evidence] !== evidence) throw new Error(`evidence ${cells[SessionCell.evidence]}`);
    samples[i] = cells[SessionCell.evidenceValue]!;
    boundNs = cells[SessionCell.evidenceBound]!;
  }
  readClock();
  return { ops: count, ns: nowNs[0]! - start, boundNs, latency: encodeSamples(samples) };
});
