import { describe, expect, it } from 'vitest';
import { type Action, actionOperations, indexOfName } from './actions.ts';
import { Hub, type HubClient } from './hub.ts';
import type { Role } from './security.ts';

function setUp() {
  const done: string[] = [];
  const recorded: string[] = [];
  const action: Action = {
    op: 'line.switch',
    title: 'Switch line',
    group: 'lines',
    role: 'operate',
    does: 'makes a line the active one',
    args: [{ name: 'line', type: 'text', required: true, from: 'lines' }],
    run: ({ line }) => {
      indexOfName(['A', 'B'], line, 'line');
      done.push(String(line));
      return `line ${line} leads`;
    },
  };
  const operations = actionOperations([action], (_, args, asked, outcome) =>
    recorded.push(`${asked.by}: ${asked.reason}: ${JSON.stringify(args)}: ${outcome}`),
  );
  const hub = new Hub(() => undefined, operations);
  const said: Record<string, unknown>[] = [];
  const as = (role: Role): HubClient => {
    const client = {
      ready: true,
      identity: { name: 'ann', role },
      send: (text: string) => void said.push(JSON.parse(text)),
      close() {},
    };
    hub.opened(client);
    return client;
  };
  return { hub, as, done, recorded, last: () => said.at(-1)! };
}

describe('an action', () => {
  it('is done for a reason, and both are recorded with who asked', async () => {
    const { hub, as, done, recorded, last } = setUp();
    await hub.message(as('operate'), '{"op":"line.switch","id":1,"line":"B","reason":"A flaps"}');
    expect(last()).toEqual({ type: 'done', id: 1, result: 'line B leads' });
    expect([done, recorded]).toEqual([['B'], ['ann: A flaps: {"line":"B"}: line B leads']]);
  });

  it('is refused without a reason, without the role, and with arguments that make no sense', async () => {
    const { hub, as, done, recorded, last } = setUp();
    const operator = as('operate');
    await hub.message(operator, '{"op":"line.switch","line":"B"}');
    expect(last()).toMatchObject({ code: 'malformed', message: expect.stringContaining('a reason is asked for') });
    await hub.message(operator, '{"op":"line.switch","line":"B","reason":"x"}');
    expect(last().code).toBe('malformed');
    await hub.message(operator, '{"op":"line.switch","reason":"because"}');
    expect(last().code).toBe('malformed');
    await hub.message(as('trade'), '{"op":"line.switch","line":"B","reason":"because"}');
    expect(last().code).toBe('forbidden');
    await hub.message(operator, '{"op":"line.switch","line":"C","reason":"because"}');
    expect(last()).toMatchObject({ code: 'unknown', message: 'there is no line "C": A, B' });
    expect([done, recorded]).toEqual([[], ['ann: because: {"line":"C"}: refused: there is no line "C": A, B']]);
  });

  it('is listed for those who may do it', async () => {
    const { hub, as, last } = setUp();
    await hub.message(as('view'), '{"op":"actions"}');
    expect(last().result).toEqual([]);
    await hub.message(as('operate'), '{"op":"actions"}');
    expect(last().result).toMatchObject([{ op: 'line.switch', title: 'Switch line', args: [{ name: 'line' }] }]);
  });
});
