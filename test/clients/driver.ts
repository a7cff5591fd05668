import { createInterface } from 'node:readline';
import { type ApiError, WarmlineClient } from '../../deploy/clients/warmline-client.ts';

/**
 * The TypeScript client as a program of its own, for tests: does what lines of JSON on stdin say, tells on stdout what it
 * hears. `driver.py` is the same for the Python client. `node driver.ts PORT TOKEN [CLIENTS]`
 */
const [port, token, clients = '1'] = process.argv.slice(2);

const say = (message: object): void => {
  process.stdout.write(`${JSON.stringify(message)}\n`);
};

function connect(n: number): WarmlineClient {
  return new WarmlineClient(`ws://127.0.0.1:${port}/api`, {
    token: token === '' ? undefined : token,
    onConnect: ({ name, role }) => say({ n, connected: name, role }),
    onLost: (why) => say({ n, lost: why }),
    onError: ({ code, message }) => say({ n, failed: code, message }),
  });
}

const all = Array.from({ length: Number(clients) }, (_, n) => connect(n));

function perform({ do: what, channel, after, op, args, ask }: Record<string, never>): void {
  if (what === 'state') {
    for (const [n, client] of all.entries()) client.state(channel, (value) => say({ n, channel, value }));
  } else if (what === 'entries') {
    for (const [n, client] of all.entries()) {
      const listener = {
        entries: (entries: object[], from: number) => say({ n, channel, from, entries }),
        reset: (data: object, next: number) => say({ n, channel, reset: data, next }),
      };
      client.entries(channel, listener, after);
    }
  } else if (what === 'leave') for (const client of all) client.leave(channel);
  else if (what === 'ask') {
    all[0].ask(op, args).then(
      (result) => say({ ask, result: result ?? null }),
      ({ code, message, detail }: ApiError) => say({ ask, code, message, detail }),
    );
  } else if (what === 'stall') {
    say({ stalling: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(args));
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => perform(JSON.parse(line)))
  .on('close', () => {
    for (const client of all) client.close();
  });
