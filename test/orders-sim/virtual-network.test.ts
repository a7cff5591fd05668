import { expect, it } from 'vitest';
import { planHistory } from './history-plan.ts';
import { World } from './world.ts';

/** A sequenced packet with a system event. */
const EVENT_BYTES = 13;

it('a connection that is cut short brings nothing that was sent behind the cut: no hole in a stream', () => {
  const world = new World(planHistory(4));
  world.pass(30e6);
  const [port] = world.venue.core.ports;
  const { name } = world.gateway!.loop.ports[0].holder!;
  const stream = [...world.network.open].find(({ link }) => link.name === name)!;
  // the gateway stands still, and the test reads in its stead
  world.pausedUntilNs = Number.POSITIVE_INFINITY;
  port.systemEvent('S');
  world.step();
  world.pass(1e6);
  stream.cutShort();
  port.systemEvent('S');
  world.step();
  world.pass(5e6);
  const bytes = new Uint8Array(1000);
  let length = 0;
  for (let got = 1; got > 0; length += got) got = stream.receive(bytes, length, bytes.length - length);
  expect(length).toBe(EVENT_BYTES);
});
