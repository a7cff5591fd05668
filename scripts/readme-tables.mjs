/**
 * Writes the tables of README.md and docs/orders.md that say what code says as data: the resolution table, the venues'
 * rules, the limits. `npm run docs` after a change of one; a test holds the pages to it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const { Doubt, RESOLUTIONS, VenueEvidence } = await import('../src/order/resolution-table.ts');
const { LIMIT_TABLE } = await import('../src/order/limit-table.ts');
const { SCOPE_NAMES } = await import('../src/order/scope.ts');
const { OUCH_RULES } = await import('../src/venues/nasdaq/ouch-rules.ts');

export const PAGES = ['README.md', 'docs/orders.md'];
const ROOT = new URL('../', import.meta.url);
const NS_PER_SECOND = 1e9;

const DOUBTS = {
  entered: 'entered, no answer yet',
  live: 'live, nothing executed',
  partFilled: 'part-filled',
  replace: 'a replace under way',
  cancel: 'a cancel under way',
};
const EVIDENCES = {
  accepted: 'accepted',
  acceptedDead: 'accepted and dead at once',
  rejected: 'rejected',
  executed: 'executed',
  cancelled: 'cancelled',
  replaced: 'replaced',
  replacedDead: 'replaced and dead at once',
  cancelRejected: 'cancel rejected',
  neverArrived: 'barrier: its reference is not below the next expected',
  passedOver: 'barrier: its reference was passed without a message',
  probeAnswered: 'its probe was answered: the reference was never used',
  probeSilent: 'its probe was not answered, the one behind it was',
  messagesMissing: 'barrier, but messages before it will not be sent again',
  dropCopyExecuted: 'drop copy: executed',
  dropCopyDone: 'drop copy: ended',
  time: 'asked, no answer in time',
  portDead: 'the port can not be reached',
  barrier: 'barrier, and nothing was said of it',
  neverArrivedSendAgain: 'as “not below the next expected”, `resend: neverArrived`, nothing sent since',
  dayOver: 'it ended its day, in sequence',
};
const RULES = {
  logoutCancels: 'does a logout cancel?',
  cancelOnDisconnect: 'does a lost connection cancel?',
  cancelOnDisconnectDelayNs: '… after how long?',
  secondLogin: 'a second login while the first looks alive',
  mirrorsShareSequence: 'do mirror hosts share one numbering?',
  peerMayCancel: 'may another port cancel an order?',
  replaceShares: 'shares of a replace',
  cancelShares: 'shares of a cancel',
  replaceTakesNewRef: 'does a replace take a new reference?',
  refsMustRise: 'must references rise?',
  barrier: 'how it is made to prove what it has processed',
  resendIsHarmless: 'is the same order sent twice harmless?',
  loginDeadlineNs: 'log in within',
  heartbeatIntervalNs: 'heartbeat every',
  silenceNs: 'silent for so long is gone',
};

function table(columns, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(columns), `|${columns.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/** The word for a code. @throws where this script has none yet */
function word(words, codes, code) {
  const name = Object.keys(codes).find((key) => codes[key] === code);
  if (words[name] === undefined) throw new Error(`scripts/readme-tables.mjs has no words for ${name}`);
  return words[name];
}

function resolutions() {
  const inOrder = [...RESOLUTIONS].sort((a, b) => a.doubt - b.doubt || a.row - b.row);
  return table(
    ['row', 'we know', 'the venue says, or proves', 'what becomes of it', 'why that is safe'],
    inOrder.map(({ row, doubt, evidence, result, reason }) => [
      row,
      word(DOUBTS, Doubt, doubt),
      word(EVIDENCES, VenueEvidence, evidence),
      `**${result}**`,
      reason,
    ]),
  );
}

function ruleText(rule, value) {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (rule.endsWith('Ns')) return `${value / NS_PER_SECOND} s`;
  return `\`${value}\``;
}

function venueRules() {
  return table(
    ['rule', '', 'OUCH 5.0', 'OUCH 4.2', 'where it is written'],
    OUCH_RULES.map(({ rule, ouch50, ouch42, source }) => {
      if (RULES[rule] === undefined) throw new Error(`scripts/readme-tables.mjs has no words for ${rule}`);
      return [RULES[rule], `\`${rule}\``, ruleText(rule, ouch50), ruleText(rule, ouch42), source];
    }),
  );
}

function limits() {
  return table(
    ['limit', 'can be set for', 'what it holds'],
    LIMIT_TABLE.map(({ name, scopes, meaning }) => [
      `\`${name}\``,
      scopes.map((scope) => SCOPE_NAMES[scope]).join(', '),
      meaning,
    ]),
  );
}

/** Blocks by the name in their marks. */
const BLOCKS = { resolutions, 'venue-rules': venueRules, limits };

/** A page with its blocks written anew. @throws where it has a mark without an end, or of an unknown block */
export function withTables(text) {
  return text.replace(
    /<!-- table: ([a-z-]+),[^>]*-->[\s\S]*?(?:<!-- end of table -->|(?=<!-- table:)|$)/g,
    (found, name) => {
      if (BLOCKS[name] === undefined) throw new Error(`there is no table ${name}`);
      if (!found.endsWith('<!-- end of table -->')) throw new Error(`the table ${name} has no end`);
      const begin = `<!-- table: ${name}, written by \`npm run docs\` -->`;
      return `${begin}\n\n${BLOCKS[name]()}\n\n<!-- end of table -->`;
    },
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const page of PAGES) {
    const file = fileURLToPath(new URL(page, ROOT));
    writeFileSync(file, withTables(readFileSync(file, 'utf8')));
  }
}
