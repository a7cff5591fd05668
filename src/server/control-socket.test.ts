import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Action, actionOperations } from './actions.ts';
import { ControlSocket } from './control-socket.ts';

const folder = mkdtempSync(join(tmpdir(), 'warmline-control-'));
const path = join(folder, 'control.sock');
afterAll(() => rmSync(folder, { recursive: true }));

const done: unknown[] = [];
const action: Action = {
  op: 'line.switch',
  title: 'Switch',
  group: 'lines',
  role: 'operate',
  does: 'Switches.',
  args: [{ name: 'line', type: 'text', required: true }],
  run: ({ line }, { by, reason }) => {
    done.push({ line, by, reason });
    return `line ${line} leads`;
  },
};

let control: ControlSocket;
const sockets: Socket[] = [];
beforeEach(async () => {
  done.length = 0;
  writeFileSync(path, 'left by one that died');
  const listening = await ControlSocket.listen(
    path,
    actionOperations([action], () => {}),
  );
  if (typeof listening === 'string') throw new Error(listening);
  control = listening;
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  control.close();
  control.close();
});

async function open(): Promise<{ socket: Socket; answer(): Promise<string> }> {
  const socket = connect(path);
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return { socket, answer: async () => String((await once(socket, 'data'))[0]).trimEnd() };
}

test('does what is asked in the name of who asks', async () => {
  const { socket, answer } = await open();
  socket.write('{"by":"ann\\u0007"}\n{"op":"line.switch","id":1,"line":"B","reason":"a drill"}\n');
  expect(JSON.parse(await answer())).toEqual({ type: 'done', id: 1, result: 'line B leads' });
  expect(done).toEqual([{ line: 'B', by: 'ann', reason: 'a drill' }]);
});

test('answers nonsense with what is wrong, and goes on', async () => {
  const { socket, answer } = await open();
  socket.write('{"by":"ann"}\nnonsense\n');
  expect(JSON.parse(await answer())).toMatchObject({ type: 'error', code: 'malformed' });
  socket.write('{"op":"line.switch","line":"B"}\n');
  expect(JSON.parse(await answer())).toMatchObject({
    type: 'error',
    message: expect.stringContaining('a reason is asked for'),
  });
  socket.write('{"op":"subscribe","channel":"status"}\n');
  expect(JSON.parse(await answer())).toMatchObject({ type: 'done' });
  expect(done).toEqual([]);
});

test.each(['nonsense', '{"by":7}', '{"by":""}', `{"by":"${'x'.repeat(65)}"}`])(
  'wants to know who asks: not %s',
  async (first) => {
    const { socket, answer } = await open();
    socket.write(`${first}\n{"op":"line.switch","line":"B","reason":"a drill"}\n`);
    expect(await answer()).toContain('the first line says who asks');
    await once(socket, 'close');
    expect(done).toEqual([]);
  },
);

test('ends a line that does not end', async () => {
  const { socket } = await open();
  socket.write('{"by":"ann"}\n');
  socket.on('data', () => {});
  socket.write('x'.repeat(20_000));
  await once(socket, 'close');
});

test('survives who asks and goes away before the answer', async () => {
  let answer: (text: string) => void = () => {};
  const begun = new Promise<void>((begin) => {
    const slow: Action = {
      ...action,
      run: () => {
        begin();
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    };
    control.close();
    void ControlSocket.listen(
      path,
      actionOperations([slow], () => {}),
    ).then(async (listening) => {
      control = listening as ControlSocket;
      const { socket } = await open();
      socket.write('{"by":"ann"}\n{"op":"line.switch","line":"B","reason":"a drill"}\n');
      void begun.then(() => socket.destroy());
    });
  });
  await begun;
  const other = await open();
  answer('too late');
  other.socket.write('{"by":"bob"}\n{"op":"actions"}\n');
  expect(JSON.parse(await other.answer())).toMatchObject({ type: 'done' });
});

test('can’t be opened where there is no folder, in words', async () => {
  expect(await ControlSocket.listen(join(folder, 'no', 'such'), new Map())).toMatch(/can't be listened on \(E/);
});
