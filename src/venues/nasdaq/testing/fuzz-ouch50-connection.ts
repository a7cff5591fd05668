import { conversationSeeds, fuzzConversation } from './order-connection-fuzz.ts';

export const target = {
  name: 'ouch50-connection',
  seeds: conversationSeeds('ouch50'),
  run: fuzzConversation('ouch50'),
};
