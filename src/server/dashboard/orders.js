import * as show from '/format.js';
import { html } from '/lit-html.js';

const SESSION_TONES = {
  active: 'good',
  warm: 'good',
  primed: 'plain',
  suspect: 'warning',
  replaying: 'warning',
  loggingOn: 'warning',
  connecting: 'warning',
  down: 'bad',
  ended: 'bad',
};

/** The order half: sessions and groups, order flow, positions and margin, use of the limits. */
export function orderPanels(orders) {
  if (orders === undefined || orders === null) return '';
  return html`${sessions(orders)} ${flow(orders)} ${positions(orders)} ${limits(orders)}`;
}

function sessions(orders) {
  return html`<section class="wide" aria-label="sessions">
    <h2>Sessions ${orders.groups.map((group) => html`<span class="note">${group.name}: ${group.routes.length === 0 ? html`<b class="bad">no route</b>` : group.routes.join(', ')} · ${group.switches} switches${group.lastEvidence ? html`, last by ${group.lastEvidence} ${show.ns(group.lastSwitchAgoNs)} ago` : ''}</span>`)}</h2>
    <div class="scroll"><table>
      <thead><tr><th>session</th><th class="left">state</th><th>round trip</th><th>answers p99.9</th><th>deadline</th><th>unanswered</th><th>heard</th><th>lost</th><th class="left">last evidence</th></tr></thead>
      <tbody>${orders.sessions.map(
        (session) => html`<tr>
        <td title=${session.host}>${session.name}</td><td class="left"><span class="badge ${SESSION_TONES[session.state]}">${session.state}</span></td>
        <td>${show.ns(session.roundTripNs)}</td><td>${show.ns(session.answerP999Ns)}</td><td>${show.ns(session.ackDeadlineNs)}</td>
        <td>${show.count(session.unanswered)}</td><td>${show.ns(session.heardAgoNs)}</td><td>${show.count(session.losses)}</td><td class="left quiet">${session.evidence}</td></tr>`,
      )}</tbody>
    </table></div>
    ${dropCopy(orders)}
  </section>`;
}

function dropCopy(orders) {
  const copy = orders.dropCopy;
  if (copy === undefined || copy === null) return '';
  return html`<p class="note">drop copy ${copy.name} <span class="badge ${copy.state === 'live' ? 'good' : 'warning'}">${copy.state}</span> ${show.count(copy.records)} records, ${show.count(copy.executions)} of them executions; heard ${show.ns(copy.heardAgoNs)} ago</p>`;
}

function flow(orders) {
  const { failover, journal } = orders;
  return html`<section class="narrow" aria-label="order flow">
    <h2>Orders <span class="badge ${orders.killed ? 'bad' : orders.phase === 'trading' ? 'good' : 'warning'}">${orders.killed ? 'killed' : orders.phase}</span>${orders.paused.map((name) => html` <span class="badge warning">${name} paused</span>`)}<span class="note">day ${orders.day}, ${show.rate(orders.enteredPerSecond)}</span></h2>
    <div class="lines">
      <dl class="facts card">
        <dt>entered</dt><dd>${show.count(orders.entered)}</dd><dt>open</dt><dd>${show.count(orders.open)}</dd>
        <dt>fills</dt><dd>${show.count(orders.fills)}</dd><dt>cancelled, rejected</dt><dd>${show.count(orders.cancelled)}, ${show.count(orders.rejected)}</dd>
        <dt>unknown</dt><dd class=${orders.unknown > 0 ? 'bad' : ''}>${show.count(orders.unknown)}</dd><dt>blind</dt><dd class=${orders.blind > 0 ? 'warning' : ''}>${show.count(orders.blind)}</dd>
      </dl>
      <dl class="facts card">
        <dt>failovers</dt><dd>${show.count(orders.failovers)}</dd>
        <dt>switch p50, p99</dt><dd>${failover.count > 0 ? `${show.ns(failover.p50Ns)}, ${show.ns(failover.p99Ns)}` : '–'}</dd>
        <dt>journal</dt><dd>${journal.durability}${journal.records > 0 ? `, ${show.short(journal.records)} records` : ''}</dd>
        <dt>journal behind by</dt><dd>${show.short(journal.lagBytes)}B</dd>
        ${journal.trouble ? html`<dt>trouble</dt><dd class="bad">${journal.trouble}</dd>` : ''}
        ${orders.refusals.map(({ reason, count }) => html`<dt>refused: ${reason}</dt><dd class="warning">${show.count(count)}</dd>`)}
      </dl>
    </div>
  </section>`;
}

function positions(orders) {
  return html`<section class="half" aria-label="positions">
    <h2>Positions and margin</h2>
    <div class="scroll"><table>
      <thead><tr><th>account</th><th>realised</th><th>unrealised</th><th>gross</th><th>net</th><th>margin used</th><th>free</th></tr></thead>
      <tbody>${orders.accounts.map((account) => html`<tr><td>${account.name}</td><td class=${account.realised < 0 ? 'bad' : ''}>${show.money(account.realised)}</td><td class=${account.unrealised < 0 ? 'bad' : ''}>${show.money(account.unrealised)}</td><td>${show.money(account.gross)}</td><td>${show.money(account.net)}</td><td>${show.money(account.marginUsed)}</td><td>${show.money(account.marginFree)}</td></tr>`)}</tbody>
    </table>
    <table>
      <thead><tr><th>symbol</th><th class="left">account</th><th>shares</th><th>average</th><th>open buy</th><th>open sell</th><th>realised</th><th>unrealised</th></tr></thead>
      <tbody>${orders.positions.map((position) => html`<tr><td>${position.symbol}</td><td class="left">${position.account}</td><td>${show.count(position.shares)}</td><td>${show.price(position.averagePrice)}</td><td>${show.count(position.openBuy)}</td><td>${show.count(position.openSell)}</td><td>${show.money(position.realised)}</td><td>${show.money(position.unrealised)}</td></tr>`)}</tbody>
    </table></div>
  </section>`;
}

function limits(orders) {
  return html`<section class="half" aria-label="risk limits">
    <h2>Limits <span class="note">nearest to their bounds first</span></h2>
    <div class="scroll"><table>
      <thead><tr><th>limit</th><th class="left">of</th><th>now</th><th>bound</th><th class="left">use</th></tr></thead>
      <tbody>${orders.limits.map(({ limit, scope, value, bound }) => {
        const used = bound > 0 ? value / bound : 0;
        const tone = used >= 0.9 ? 'bad' : used >= 0.7 ? 'warning' : '';
        return html`<tr><td>${limit}</td><td class="left">${scope}</td><td>${show.short(value)}</td><td>${show.short(bound)}</td><td><div class="meter ${tone}" role="meter" aria-valuenow=${Math.round(used * 100)} aria-valuemin="0" aria-valuemax="100" aria-label="${limit} ${scope}"><span .style=${`width:${Math.min(100, used * 100)}%`}></span></div></td></tr>`;
      })}</tbody>
    </table></div>
  </section>`;
}
