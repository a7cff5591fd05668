import type { Action } from '../server/actions.ts';
import { RequestError } from '../server/hub.ts';
import { askSimulator } from '../sim/control.ts';

/** Faults of the simulated venue as actions: what a newcomer presses to see what happens. */

interface Button {
  readonly op: string;
  readonly title: string;
  readonly does: string;
  /** As the simulator's grammar has it. */
  readonly fault: string;
}

/** Buttons for every line of the demo's feed. */
function lineButtons(line: string): Button[] {
  const of = (op: string, title: string, does: string, fault: string): Button => ({
    op: `sim.${line}.${op}`,
    title: `${title} ${line}`,
    does,
    fault: `${line}:${fault}`,
  });
  return [
    of('cut', 'Cut line', 'Nothing comes over it any more, until it is restored.', 'silence'),
    of('drop', 'Lose 20 % of', 'One packet in five is lost, for 20 s.', 'drop=0.2,for=20s'),
    of('delay', 'Delay', 'Every packet comes 50 ms later, for 20 s.', 'delay=50ms,for=20s'),
    of('corrupt', 'Corrupt', 'A bit is flipped in one packet of twenty, for 20 s.', 'corrupt=0.05,for=20s'),
  ];
}

/** Buttons for the order gateway that carries the orders. */
function gatewayButtons(host: string): Button[] {
  const of = (op: string, title: string, does: string, fault: string): Button => ({
    op: `sim.${host}.${op}`,
    title: `${title} gateway ${host}`,
    does,
    fault: `orders/${host}:${fault}`,
  });
  return [
    of(
      'kill',
      'Kill',
      'Its process is killed for 10 s: connections are reset, what it had not read is lost.',
      'kill=10s',
    ),
    of('freeze', 'Freeze', 'It does nothing for 10 s, while its kernel goes on acknowledging.', 'freeze=10s'),
    of('blackhole', 'Cut off', 'Nothing comes in or goes out for 10 s, and nobody is told.', 'blackhole=10s'),
  ];
}

/** @param controlPort of the simulated venue, once it runs */
export function demoActions(
  lines: readonly string[],
  gateway: string | undefined,
  controlPort: () => number,
): readonly Action[] {
  const send = async (request: Parameters<typeof askSimulator>[1]): Promise<void> => {
    const reply = await askSimulator(controlPort(), request);
    if (reply.ok !== true) throw new RequestError('refused', `the venue refused: ${JSON.stringify(reply)}`);
  };
  const common = { group: 'break the simulated venue', role: 'operate', args: [], reason: false } as const;
  const all = [...lines.flatMap(lineButtons), ...(gateway === undefined ? [] : gatewayButtons(gateway))];
  const buttons = all.map(
    ({ op, title, does, fault }): Action => ({
      ...common,
      op,
      title,
      does,
      run: async () => {
        await send({ op: 'fault', faults: [fault] });
        return fault;
      },
    }),
  );
  return [
    ...buttons,
    {
      ...common,
      op: 'sim.both.burst',
      title: 'Lose 50 packets of both',
      does: 'What every line lost the retransmit server brings back.',
      run: async () => {
        await send({ op: 'fault', faults: lines.map((line) => `${line}:burst=50`) });
        return 'both lines lose 50 packets';
      },
    },
    {
      ...common,
      op: 'sim.restore',
      title: 'Restore everything',
      does: 'Takes every fault out of force.',
      run: async () => {
        await send({ op: 'clear' });
        return 'no fault is in force';
      },
    },
    {
      ...common,
      op: 'sim.fault',
      title: 'Any fault…',
      does: 'As warmline sim fault --help has it: B:jitter=5ms,for=10s or orders/primary:freeze=5s',
      args: [{ name: 'fault', type: 'text', required: true }],
      run: async ({ fault }) => {
        await send({ op: 'fault', faults: [String(fault)] });
        return String(fault);
      },
    },
  ];
}
