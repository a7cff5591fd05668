import { parseCoreList } from '../runtime/layout.ts';
import type { Host } from './host.ts';

/** A list of cores in a file (`2-3,6`), or none. */
export function coresIn(host: Host, path: string): number[] {
  const text = host.read(path)?.trim();
  if (text === undefined || !/^\d/.test(text)) return [];
  return parseCoreList(text);
}

/** Bits of Linux capabilities, as `capability.h` numbers them. */
export const Capability = { netAdmin: 12, ipcLock: 14, sysNice: 23 } as const;

/** Whether this process may do what a capability allows. */
export function hasCapability(host: Host, bit: number): boolean {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(host.read('proc/self/status') ?? '')?.[1];
  if (mask === undefined) return false;
  return ((BigInt(`0x${mask}`) >> BigInt(bit)) & 1n) === 1n;
}
