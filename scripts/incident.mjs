/**
 * Plays an incident on this host and writes docs/incident.md with what Warmline's own tools said about it: `npm run incident`.
 * The story is fixed, every output is real. A test plays it again and holds the page to it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url)).replace(/\/$/, '');
const PAGE = join(ROOT, 'docs', 'incident.md');
const WARMLINE = join(ROOT, 'bin', 'warmline');
const NOT_FOUND = 127;
const LONGEST_MS = 20_000;
const ASK_MS = 100;
/** Output of `top` on the page is as wide as this. */
const COLUMNS = '100';
const LOG_COMMAND = `journalctl -u warmline@nasdaq -o cat | jq -r '[.time[11:23], .level, .msg] | join("  ")'`;

async function freePort() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A process of the story, with what it has said. */
class Player {
  said = '';

  constructor(folder, ...args) {
    this.child = spawn(WARMLINE, args, {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', XDG_RUNTIME_DIR: folder, RUNTIME_DIRECTORY: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.said += text;
      });
    }
  }

  async until(wanted) {
    for (let waitedMs = 0; !wanted.test(this.said); waitedMs += ASK_MS) {
      if (this.child.exitCode !== null) throw new Error(`it ended (${this.child.exitCode}):\n${this.said}`);
      if (waitedMs > LONGEST_MS) throw new Error(`it never said ${wanted}:\n${this.said}`);
      await delay(ASK_MS);
    }
  }

  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
  }
}

/** The strategy: one quote on each side, two cents from the best prices, taken back when the book can't be trusted. */
const MAKER = `import { defineStrategy, Marking, OrderSide } from 'warmline';

export default defineStrategy((context) => {
  const { orders } = context;
  const apple = orders.instrument('AAPL');
  const away4 = 200;
  let bid = 0;
  let offer = 0;
  const isOpen = (order: number) => order > 0 && !orders.view(order).done;
  return {
    onBook(book, feed) {
      if (!feed.live || orders.instrumentOf(feed.index, book.instrument) !== apple) return;
      if (!isOpen(bid)) bid = orders.enter(apple, OrderSide.buy, 100, book.bestBid - away4, undefined, Marking.long);
      if (!isOpen(offer)) offer = orders.enter(apple, OrderSide.sell, 100, book.bestAsk + away4, undefined, Marking.short);
    },
    onFeedStatus(feed) {
      if (!feed.live) context.log(\`feed \${feed.name} is not live: \${orders.cancelAll()} quotes taken back\`);
    },
  };
});
`;

function configOf(ports) {
  const [a, b, retransmit, p1, p2, control, api] = ports;
  return `venue: nasdaq
protocol: nasdaq
feeds:
  - name: itch
    policy: sticky
    failback: { after: 5s }
    gapDeadline: 500ms
    heartbeat: 1s
    lines:
      - { name: A, address: 127.0.0.1, port: ${a} }
      - { name: B, address: 127.0.0.1, port: ${b} }
    retransmit: { servers: [{ address: 127.0.0.1, port: ${retransmit} }] }
strategies:
  - name: maker
    module: ./maker.ts
orders:
  protocol: ouch50
  directory: orders
  accounts: [{ name: main, cash: 1000000 }]
  instruments: [AAPL]
  groups:
    - name: main
      ports:
        - { name: P1, username: PORT1, passwordFile: password, hosts: [{ address: 127.0.0.1, port: ${p1} }] }
        - { name: P2, username: PORT2, passwordFile: password, hosts: [{ address: 127.0.0.1, port: ${p2} }] }
threads: { layout: fused, idle: park }
api: { port: ${api}, tokens: api-tokens }
flightRecorder: { directory: flight, last: 5s }
sim: { seed: 7, messagesPerSecond: 2000, symbols: 20, orders: {}, controlPort: ${control} }
`;
}

/** One command and what it said, as the page shows it. */
class Story {
  steps = new Map();

  constructor(folder, api, control) {
    this.folder = folder;
    this.api = api;
    this.control = control;
  }

  /** @param shown the command as a reader would type it, @param facts what its output has to say @param pick the lines that are shown */
  tell(name, shown, output, facts, pick = () => true) {
    for (const fact of facts) {
      if (!fact.test(output)) throw new Error(`${shown} does not say ${fact}:\n${output}`);
    }
    const lines = output.trimEnd().split('\n');
    const kept = lines.filter(pick);
    while (kept.at(-1)?.trim() === '') kept.pop();
    this.steps.set(name, { command: shown, lines: kept, facts });
  }

  run(name, shown, args, facts, pick) {
    const { stdout, stderr, status } = spawnSync(WARMLINE, args, {
      cwd: this.folder,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1', COLUMNS, XDG_RUNTIME_DIR: this.folder, RUNTIME_DIRECTORY: this.folder },
    });
    if (status === NOT_FOUND || status === null) throw new Error(`${shown} did not run: ${stderr}`);
    this.tell(name, shown, stdout + stderr, facts, pick);
  }

  async ask(path) {
    // a connection for each: the server ends those that stand idle
    const request = get({ host: '127.0.0.1', port: this.api, path, agent: false });
    const [response] = await once(request, 'response');
    return text(response);
  }

  /** Waits until a page of the router says something. */
  async askUntil(path, wanted) {
    for (let waitedMs = 0; waitedMs < LONGEST_MS; waitedMs += ASK_MS) {
      const answer = await this.ask(path);
      if (wanted.test(answer)) return answer;
      await delay(ASK_MS);
    }
    throw new Error(`${path} never said ${wanted}`);
  }

  fault(...args) {
    const { status, stderr } = spawnSync(WARMLINE, ['sim', 'fault', '--control', this.control, ...args], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`the fault ${args.join(' ')} was refused: ${stderr}`);
  }
}

const jsonLog = (said) =>
  said
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
const metricLines = (text, names) =>
  text
    .split('\n')
    .filter((line) => names.some((name) => line.startsWith(name)) && !line.endsWith(' 0'))
    .join('\n');

/** Plays the incident. @returns its steps by name */
export async function playIncident() {
  const folder = mkdtempSync(join(tmpdir(), 'warmline-incident-'));
  const ports = [];
  for (let n = 0; n < 7; n++) ports.push(await freePort());
  const [, , , , , control, api] = ports;
  writeFileSync(join(folder, 'venue.yaml'), configOf(ports));
  writeFileSync(join(folder, 'maker.ts'), MAKER);
  writeFileSync(join(folder, 'password'), 'secret\n', { mode: 0o600 });
  const story = new Story(folder, api, String(control));
  const router = new Player(folder, 'run', 'venue.yaml');
  let venue;
  try {
    await router.until(/dashboard http/);
    // from the first message on: what trades is said in it
    venue = new Player(folder, 'sim', 'venue.yaml');
    await story.askUntil('/metrics', /^warmline_ready 1/m);
    await story.askUntil('/metrics', /^warmline_orders_entered_total [1-9]/m);
    await play(story, router);
  } finally {
    await router.stop();
    await venue?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return story.steps;
}

async function play(story, router) {
  // other routers of this host may have the same venue
  const pid = String(router.child.pid);
  // Somebody unplugs line B.
  story.fault('--line', 'B', 'silence');
  const lost = await story.askUntil('/metrics', /^warmline_line_redundancy_lost\{feed="itch",line="B"\} 1/m);
  story.tell(
    'alert',
    'curl -s http://127.0.0.1:7070/metrics | grep redundancy_lost',
    metricLines(lost, ['warmline_line_redundancy_lost']),
    [/line="B"\} 1/],
  );
  story.tell('ready', 'curl -s http://127.0.0.1:7070/readyz', await story.ask('/readyz'), [
    /line B of feed itch: redundancy lost/,
  ]);
  story.run('first-top', 'warmline top --once nasdaq', ['top', '--once', pid], [/REDUNDANCY LOST: B/], untilBooks());
  // Nobody does anything. A switch of the exchange's network restarts under line A, its retransmit server behind it.
  story.fault('--line', 'retransmit', 'refuse');
  story.fault('--line', 'A', 'burst', '300');
  await router.until(/flight capture: .*gapLost/);
  const after = await story.askUntil(
    '/metrics',
    /^warmline_feed_lost_units_total\{feed="itch",cause="one_line"\} [1-9]/m,
  );
  story.tell(
    'second-alert',
    "curl -s http://127.0.0.1:7070/metrics | grep -E 'lost_units|feed_status' | grep -v ' 0$'",
    metricLines(after, ['warmline_feed_lost_units_total', 'warmline_feed_status']),
    [/cause="one_line"\} [1-9]/],
  );
  await delay(1000);
  const log = jsonLog(router.said).filter(({ time, msg }) => time !== undefined && !/fills,/.test(msg));
  const from = log.findIndex(({ msg }) => /REDUNDANCY LOST/.test(msg));
  story.tell('log', LOG_COMMAND, log.slice(from).map(said(story.folder)).join('\n'), [
    /REDUNDANCY LOST/,
    /asking for retransmit/,
    /LOST units .* only one line was live/,
    /flight capture/,
  ]);
  story.run('second-top', 'warmline top --once nasdaq', ['top', '--once', pid], [/STALE/, /lost [1-9]/], untilBooks());
  const capture = readdirSync(join(story.folder, 'flight')).find((name) => /gapLost/.test(name));
  story.run(
    'replay',
    `warmline replay venue.yaml --no-strategy --capture flight/${capture}`,
    ['replay', 'venue.yaml', '--no-strategy', '--capture', join('flight', capture)],
    [/^ {2}B +0 +0 +0/m, /lost \d+ to \d+ \(\d+\)/],
  );
  const failedAt = log.find(({ msg }) => /status recovering/.test(msg)).time.slice(11, 19);
  story.run(
    'journal',
    `warmline journal timeline orders --since ${failedAt}`,
    ['journal', 'timeline', 'orders', '--since', failedAt],
    [/cancel/i],
    firstLines(24),
  );
  story.run('verify', 'warmline journal verify orders', ['journal', 'verify', 'orders'], [/^intact$/m]);
  // What the first alert was for: the same blow once more, with both lines in place.
  story.fault('--line', 'B', 'clear');
  await story.askUntil('/metrics', /^warmline_line_redundancy_lost\{feed="itch",line="B"\} 0/m);
  await delay(1000);
  const lostSoFar = lostUnits(await story.ask('/metrics'));
  story.fault('--line', 'A', 'burst', '300');
  await router.until(/switched from line A to line B/);
  await router.until(/switched from line B to line A/);
  const last = await story.ask('/metrics');
  if (lostUnits(last) !== lostSoFar) throw new Error(`units were lost although both lines were there:\n${last}`);
  const words = jsonLog(router.said).map(said(story.folder));
  story.tell(
    'second-blow',
    LOG_COMMAND,
    words.slice(words.findIndex((text) => /redundancy restored/.test(text))).join('\n'),
    [/switched from line A to line B/, /switched from line B to line A/],
    (line) => !/fills,/.test(line),
  );
  story.run('third-top', 'warmline top --once nasdaq', ['top', '--once', pid], [/switches 2/], untilBooks());
}

function lostUnits(metrics) {
  return Number(/feed_lost_units_total\{feed="itch",cause="one_line"\} (\d+)/.exec(metrics)?.[1]);
}

/** Of a status: what stands above the books. */
function untilBooks() {
  let isAbove = true;
  return (line) => {
    isAbove &&= !/^ {2}book /.test(line);
    return isAbove;
  };
}

function firstLines(count) {
  let seen = 0;
  return () => ++seen <= count;
}

/** A record of the log as the page shows it. */
function said(folder) {
  return ({ time, level, msg }) => `${time.slice(11, 23)}  ${level.padEnd(5)}  ${msg.replaceAll(`${folder}/`, '')}`;
}

/** The page: the story, with the outputs of its steps. */
export function incidentPage(steps) {
  const step = (name) => {
    const { command, lines } = steps.get(name);
    return `\`\`\`console\n$ ${command}\n${lines.map((line) => line.trimEnd()).join('\n')}\n\`\`\``;
  };
  return `# One incident, from alert to root cause

Everything here happened: \`npm run incident\` plays it with the simulated venue and writes this page, every output is that of the
command above it, and a test plays it again. The router trades on two lines and two order ports, for a strategy that keeps a quote
on each side of the book; no tool is used but Warmline's own.

## The first alert

\`WarmlineLineRedundancyLost\` fires: a line that is expected live brings nothing. Nothing is lost yet, and that is the point of it.

${step('alert')}

Ready means that one may trade on it. One should not, on one line:

${step('ready')}

The status says the same from outside of the process. Line A carries everything, \`won\` has nothing to compare it with:

${step('first-top')}

Here the [runbook](../deploy/RUNBOOK.md#warmlinelineredundancylost) would have somebody call the network desk. In this story nobody does.

## The second alert

A little later \`WarmlineGapLost\` and \`WarmlineFeedNotLive\` page. The label already names the cause: \`one_line\`.

${step('second-alert')}

The log has every decision with its evidence: the gap opened, the retransmit server was asked and did not answer, the
deadline passed, the loss was declared with its numbers, and the packets around it were kept.

${step('log')}

The books show the past now, and everybody is told so: status *stale*, and the strategy took its quotes back.

${step('second-top')}

## What the wire brought

The flight recorder's capture, put through the very code that runs live, loses the same units. More than that: line B has not one
packet in it. It was not a filter, not a slow thread, not a full buffer (\`drops\` above are 0): nothing arrived.

${step('replay')}

## What it did to the orders

The journal tells the order half from the moment the gap opened: the strategy's quotes were cancelled at once, and the venue
confirmed. Nothing was sent on a book of the past.

${step('journal')}

${step('verify')}

## Root cause

Two failures, and only the second one made a noise. Line B was dead; from then on every packet that line A lost was lost for
good, because the retransmit server was out of reach, too. The proof is the same blow once more, after B was plugged in again: A
falls behind, B leads within milliseconds, A leads again once it has been clean for a while, and \`lost\` stays what it was.

${step('second-blow')}

${step('third-top')}

The feed stays *stale*: what was lost is still missing in the books, and this config names no snapshot service that could
refresh them. Orders are refused (\`feedNotLive\`) until a restart or a new session.

What follows: the first alert is a page, not a ticket. A redundancy that is not watched is none.
`;
}

/** The page's commands, without their outputs. */
export function skeletonOf(page) {
  const text = page.replace(/^```console\n(\$ .*)\n[\s\S]*?^```/gm, '$1');
  return text.replace(/\d{8}T\d+Z|\d{2}:\d{2}:\d{2}/g, '#');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const page = incidentPage(await playIncident());
  writeFileSync(PAGE, page);
  process.stdout.write(`${PAGE} written: ${readFileSync(PAGE, 'utf8').split('\n').length} lines\n`);
}
