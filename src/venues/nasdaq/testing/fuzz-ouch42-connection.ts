import { conversationSeeds, fuzzConversation } from './order-connection-fuzz.ts';

export const target = {
  name: 'ouch42-connection',
  seeds: conversationSeeds('ouch42'),
  run: fuzzConversation('ouch42'),
};
