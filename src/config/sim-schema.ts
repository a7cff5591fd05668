import { z } from 'zod';
import { count, port } from './fields.ts';

/** The `sim` section: what `warmline sim` and `warmline demo` publish. */
export const simSection = z.strictObject({
  seed: count(0, 2 ** 32 - 1)
    .prefault(42)
    .describe('Seed of the generator: the same seed gives the same market.'),
  messagesPerSecond: count(1, 10_000_000).prefault(20_000).describe('Messages published a second.'),
  symbols: count(1, 65_535).prefault(50).describe('Symbols traded.'),
  controlPort: port().optional().describe('TCP port on 127.0.0.1 that `warmline sim fault …` talks to.'),
});
