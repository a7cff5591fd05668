import { PortField } from './store-layout.ts';

const REF_BASE = PortField.refBase;
const PORT_SHIFT = PortField.bits;

/**
 * From a port's references to slots: a dense array per port, since references rise one by one. Int32 words of slot + 1,
 * 0 = never bound.
 */
export class RefIndex {
  private readonly int32: Int32Array;
  private readonly region: number;
  private readonly ports: number;
  private readonly portRegion: number;
  private readonly maxRefs: number;

  /** @param region first word of the index, @param portRegion first word of the ports' blocks */
  constructor(int32: Int32Array, region: number, portRegion: number, ports: number, maxRefs: number) {
    this.int32 = int32;
    this.region = region;
    this.portRegion = portRegion;
    this.ports = ports;
    this.maxRefs = maxRefs;
  }

  /** The slot of a reference, or -1. Takes any int32s: a venue may say what it likes. */
  slotOf(port: number, ref: number): number {
    if (port < 0 || port >= this.ports) return -1;
    const at = (ref - this.int32[this.portRegion + (port << PORT_SHIFT) + REF_BASE] - 1) | 0;
    if (at < 0 || at >= this.maxRefs) return -1;
    return this.int32[this.region + Math.imul(port, this.maxRefs) + at] - 1;
  }

  /** @returns false where the reference lies outside what the index can hold */
  bind(port: number, ref: number, slot: number): boolean {
    if (port < 0 || port >= this.ports) return false;
    const at = (ref - this.int32[this.portRegion + (port << PORT_SHIFT) + REF_BASE] - 1) | 0;
    if (at < 0 || at >= this.maxRefs) return false;
    this.int32[this.region + Math.imul(port, this.maxRefs) + at] = slot + 1;
    return true;
  }

  /** True if the index can hold that reference. */
  holds(port: number, ref: number): boolean {
    const at = (ref - this.int32[this.portRegion + (port << PORT_SHIFT) + REF_BASE] - 1) | 0;
    return at >= 0 && at < this.maxRefs;
  }
}
