import * as show from '/format.js';
import { html } from '/lit-html.js';

const STATUS_TONES = { live: 'good', recovering: 'warning', stale: 'bad', down: 'bad' };
const HEALTH_TONES = { live: 'good', silent: 'plain', lagging: 'warning', stale: 'bad', failed: 'bad' };

/** A feed: its status, its lines side by side, its gaps, its books. */
export function feedPanel(feed) {
  return html`<section aria-label="feed ${feed.name}">
    <h2>
      Feed ${feed.name}
      <span class="badge ${STATUS_TONES[feed.status]}">${feed.status}${feed.reason ? `: ${feed.reason}` : ''}</span>
      <span class="note">${show.rate(feed.deliveredPerSecond)} · ${show.count(feed.delivered)} units, last ${show.count(feed.lastId)} · policy ${feed.policy}</span>
    </h2>
    <div class="lines">${feed.lines.map((line) => lineCard(line, feed))} ${gapsCard(feed)} ${booksCard(feed)}</div>
  </section>`;
}

function lineCard(line, feed) {
  const tone = line.redundancyLost ? 'bad' : HEALTH_TONES[line.health];
  const active = feed.policy === 'sticky' && feed.activeLine === line.name;
  return html`<article class="card" aria-label="line ${line.name}">
    <h3>Line ${line.name} <span class="badge ${tone}">${line.redundancyLost ? 'redundancy lost' : line.health}</span>${active ? html`<span class="badge plain">active</span>` : ''}</h3>
    <dl class="facts">
      <dt>rate</dt><dd>${show.rate(line.perSecond)}</dd>
      <dt>share won</dt><dd>${show.share(line.wonShare)}</dd>
      <dt>won by p50, p99</dt><dd>${show.ns(line.wonByP50Ns)}, ${show.ns(line.wonByP99Ns)}</dd>
      <dt>lost, late</dt><dd class=${line.lost > 0 ? 'warning' : ''}>${show.count(line.lost)}, ${show.count(line.late)}</dd>
      <dt>malformed, kernel drops</dt><dd class=${line.malformed + line.kernelDrops > 0 ? 'bad' : ''}>${show.count(line.malformed)}, ${show.count(line.kernelDrops)}</dd>
      <dt>heard</dt><dd>${show.ns(line.heardAgoNs)} ago</dd>
    </dl>
    ${histogram(line.wonBy ?? [])}
  </article>`;
}

/** Margins by which this line came first, in powers of two of a nanosecond. */
function histogram(buckets) {
  const first = buckets.findIndex((n) => n > 0);
  if (first < 0) return html`<p class="quiet">came first with nothing yet</p>`;
  let last = buckets.length - 1;
  while (buckets[last] === 0) last--;
  const most = Math.max(...buckets);
  const bound = (bucket) => show.ns(bucket === 0 ? 0 : 2 ** (bucket - 1));
  return html`<div class="bars" role="img" aria-label="How much earlier than the other lines its copies came, from ${bound(first)} to ${bound(last + 1)}">
      ${buckets.slice(first, last + 1).map((n, i) => html`<span .style=${`height:${Math.max(2, (n / most) * 100)}%`} title="${bound(first + i)} – ${bound(first + i + 1)}: ${show.count(n)}"></span>`)}
    </div>
    <div class="axis"><span>${bound(first)}</span><span>earlier by</span><span>${bound(last + 1)}</span></div>`;
}

function gapsCard(feed) {
  return html`<article class="card" aria-label="gaps">
    <h3>Gaps</h3>
    <dl class="facts">
      <dt>open now</dt><dd class=${feed.openGaps > 0 ? 'warning' : ''}>${show.count(feed.openGaps)} (${show.count(feed.openGapUnits)} units)</dd>
      <dt>opened</dt><dd>${show.count(feed.gaps)}</dd>
      <dt>filled by other line</dt><dd>${show.count(feed.filled.otherLine)}</dd>
      <dt>by retransmit</dt><dd>${show.count(feed.filled.retransmit)}</dd>
      <dt>by snapshot</dt><dd>${show.count(feed.filled.snapshot)}</dd>
      <dt>declared lost</dt><dd class=${feed.lost > 0 ? 'bad' : 'good'}>${show.count(feed.lost)}</dd>
      <dt>switches</dt><dd>${show.count(feed.switches)}</dd>
      <dt>disagreements</dt><dd class=${feed.disagreements > 0 ? 'bad' : ''}>${show.count(feed.disagreements)}</dd>
    </dl>
  </article>`;
}

function booksCard(feed) {
  if (feed.books.length === 0) return '';
  return html`<article class="card" aria-label="books">
    <h3>Books</h3>
    <div class="scroll"><table>
      <thead><tr><th>symbol</th><th>size</th><th>bid</th><th>ask</th><th>size</th></tr></thead>
      <tbody>${feed.books.map((book) => html`<tr><td>${book.symbol}</td><td>${show.count(book.bidSize)}</td><td class="good">${show.price(book.bid)}</td><td class="bad">${show.price(book.ask)}</td><td>${show.count(book.askSize)}</td></tr>`)}</tbody>
    </table></div>
  </article>`;
}
