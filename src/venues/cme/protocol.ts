import type { FeedProtocol } from '../../feed/protocol.ts';
import { Mdp3Framer } from './mdp3.ts';

/** CME MDP 3.0: framed and arbitrated; its SBE messages are not decoded. */
export const cmeMdp3: FeedProtocol = {
  name: 'cme-mdp3',
  createFramer: () => new Mdp3Framer(),
};
