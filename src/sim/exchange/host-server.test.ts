import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { HostProcess } from './host-process.ts';
import { type HostListener, HostServer } from './host-server.ts';
import type { VenueHost } from './venue-host.ts';

const open: HostListener[] = [];
afterEach(() => {
  for (const listener of open.splice(0)) listener.close();
});

const listening = { name: 'drop', listening: true, frozen: false, connect: () => undefined } as unknown as VenueHost;
const nothing = (): void => {};

function listener(Kind: typeof HostServer | typeof HostProcess, port: number): HostListener {
  const made = new Kind(listening, { address: '127.0.0.1', port }, () => 0, nothing);
  open.push(made);
  return made;
}

it.each([
  ['in this process', HostServer],
  ['a process of its own', HostProcess],
])(
  'a client that is faster than the venue opens its hosts ended it: one that is not open yet took its port twice (%s)',
  async (_, Kind) => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const host = listener(Kind, port);
    host.move();
    expect(await host.open()).toBe(port);
  },
);
