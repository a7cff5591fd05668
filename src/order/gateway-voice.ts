import type { OrderPort } from './order-port.ts';
import type { Session } from './session.ts';
import type { SessionGroup } from './session-group.ts';

/** What a gateway says to people: status view, log, metrics. Rare by nature. */
export interface GatewayVoice {
  /** @param before {@link SessionState}; the session's cells carry the evidence */
  sessionChanged(port: OrderPort, session: Session, before: number): void;
  portLost(port: OrderPort, session: Session, evidence: number, unknown: number, blind: number): void;
  portRecovered(port: OrderPort, session: Session, stillUnknown: number, resolved: number): void;
  /** @param from index of a port, -1 = none; `to` likewise */
  routed(group: SessionGroup, preference: number, from: number, to: number, evidence: number): void;
  resolved(order: number, row: number, after: number): void;
  incident(incident: number, port: number, order: number, value: number): void;
  dayEnded(port: OrderPort): void;
}
