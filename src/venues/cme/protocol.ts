import type { FeedProtocol } from '../../feed/protocol.ts';
import { Mdp3, Mdp3Framer } from './mdp3.ts';

/** Bytes of a made-up message: about those of an incremental refresh with two entries. */
const SAMPLE_MESSAGE_BYTES = 90;

/** CME MDP 3.0: framed and arbitrated; its SBE messages are not decoded. */
export const cmeMdp3: FeedProtocol = {
  name: 'cme-mdp3',
  createFramer: () => new Mdp3Framer(),
  sample: {
    maxUnits: 1,
    write(view, first) {
      view.setUint32(0, first[0], true);
      view.setUint16(Mdp3.headerBytes, SAMPLE_MESSAGE_BYTES, true);
      return Mdp3.headerBytes + SAMPLE_MESSAGE_BYTES;
    },
  },
};
