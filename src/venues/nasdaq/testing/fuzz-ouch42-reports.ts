import { fuzzReports, replySeeds } from './ouch-fuzz.ts';

export const target = { name: 'ouch42-reports', seeds: replySeeds('ouch42'), run: fuzzReports('ouch42') };
