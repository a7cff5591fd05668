import type { z } from 'zod';

// biome-ignore lint/suspicious/noExplicitAny: a partly invalid config has any shape
type Loose = any;

const LOOPBACK = /^127\./;

/** Beyond this host nothing goes without encryption. */
export function checkApi(api: Loose, context: z.core.$RefinementCtx): void {
  if (typeof api !== 'object' || api === null || typeof api.address !== 'string') return;
  if (LOOPBACK.test(api.address) || api.tls !== undefined || api.enabled === false) return;
  context.addIssue({
    code: 'custom',
    path: ['address'],
    message: `${api.address} is reachable from other hosts, so api.tls is needed: tokens and orders would go in clear`,
    params: { at: 'value' },
  });
}
