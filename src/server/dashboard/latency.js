import * as show from '/format.js';
import { html } from '/lit-html.js';
import uPlot from '/uplot.js';

const KEPT = 600;
const history = { at: [], rate: [], p50: [], p99: [] };
let chart;
let host;

/** What the bars span, in powers of ten of a nanosecond: 100 ns to 100 ms. */
const LEAST = 2;
const MOST = 8;

/** Where a time stands on the bars' axis, in percent. */
function place(ns) {
  const at = (Math.log10(Math.max(ns, 1)) - LEAST) / (MOST - LEAST);
  return 100 * Math.min(1, Math.max(0, at));
}

/** From the median to p99 as a block, to p99.9 as a line. */
function bar({ name, p50Ns, p99Ns, p999Ns, count }) {
  if (!(count > 0)) return '';
  const [from, to, tail] = [place(p50Ns), place(p99Ns), place(p999Ns)];
  return html`<div class="span" role="img" aria-label="${name}: p50 ${show.ns(p50Ns)}, p99 ${show.ns(p99Ns)}">
    <i .style=${`left:${from}%;width:${Math.max(0, tail - from)}%`}></i><b .style=${`left:${from}%;width:${Math.max(1, to - from)}%`}></b>
  </div>`;
}

/** Where the time goes, stage by stage; a strategy's threads; and the last minutes as a chart. */
export function latencyPanel(latencies) {
  return html`<section aria-label="latency">
    <h2>Latency by stage <span class="note">the way of a tick; bars from p50 to p99, lines to p99.9</span></h2>
    <div class="scroll"><table class="stages">
      <thead><tr><th>stage</th><th class="axis-head"><div class="axis"><span>100 ns</span><span>1 µs</span><span>10 µs</span><span>100 µs</span><span>1 ms</span><span>10 ms</span><span>100 ms</span></div></th><th>count</th><th>p50</th><th>p90</th><th>p99</th><th>p99.9</th><th>max</th></tr></thead>
      <tbody>${latencies.map((stage) => html`<tr><td>${stage.name}</td><td>${bar(stage)}</td><td>${show.short(stage.count)}</td><td>${show.ns(stage.p50Ns)}</td><td>${show.ns(stage.p90Ns)}</td><td>${show.ns(stage.p99Ns)}</td><td>${show.ns(stage.p999Ns)}</td><td>${show.ns(stage.maxNs)}</td></tr>`)}</tbody>
    </table></div>
  </section>`;
}

export function threadsPanel(threads, strategies) {
  return html`<section class="half" aria-label="threads">
    <h2>Threads and strategies</h2>
    <div class="scroll"><table>
      <thead><tr><th>thread</th><th>core</th><th>busy</th><th>longest turn</th><th>long turns</th><th>collections</th></tr></thead>
      <tbody>${threads.map((thread) => html`<tr><td>${thread.name}</td><td>${thread.core < 0 ? 'any' : thread.core}</td><td>${thread.spins ? 'spins' : show.share(thread.busy)}</td><td>${show.ns(thread.longestTurnNs)}</td><td>${show.count(thread.stalls)}</td><td>${show.count(thread.collections)}</td></tr>`)}</tbody>
    </table>
    <table>
      <thead><tr><th>strategy</th><th class="left">state</th><th>messages</th><th>rate</th><th>lapped</th><th>restarts</th></tr></thead>
      <tbody>${strategies.map((strategy) => html`<tr><td>${strategy.name}</td><td class="left ${strategy.state === 'running' ? 'good' : 'bad'}">${strategy.state}</td><td>${show.short(strategy.messages)}</td><td>${show.rate(strategy.perSecond)}</td><td>${show.count(strategy.lapped)}</td><td>${show.count(strategy.restarts)}</td></tr>`)}</tbody>
    </table></div>
  </section>`;
}

export const chartPanel = () =>
  html`<section class="half" aria-label="chart"><h2>Last minutes <span class="note">units delivered a second, and latency to the strategy</span></h2><div class="chart" id="chart"></div></section>`;

/** Takes a sample of the present state and draws the chart where it stands. */
export function feedChart(state) {
  const first = state.latencies[0];
  history.at.push(Date.now() / 1000);
  history.rate.push(state.feeds.reduce((sum, feed) => sum + feed.deliveredPerSecond, 0));
  history.p50.push(first?.p50Ns ?? null);
  history.p99.push(first?.p99Ns ?? null);
  for (const series of Object.values(history)) if (series.length > KEPT) series.shift();
  const element = document.getElementById('chart');
  if (element === null) return;
  if (element !== host) makeChart(element);
  chart.setData([history.at, history.rate, history.p50, history.p99]);
}

/** A rate or a time is read against nothing, so its axis begins there. */
const fromZero = (_, __, most) => [0, most > 0 ? most * 1.1 : 1];

function makeChart(element) {
  chart?.destroy();
  host = element;
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = { stroke: css('--quiet'), grid: { stroke: css('--line'), width: 1 }, ticks: { stroke: css('--line') } };
  chart = new uPlot(
    {
      width: element.clientWidth,
      height: 190,
      series: [
        {},
        { label: 'units/s', stroke: css('--accent'), width: 1.5, value: (_, value) => show.rate(value) },
        { label: 'p50', scale: 'ns', stroke: css('--good'), width: 1.5, value: (_, value) => show.ns(value) },
        { label: 'p99', scale: 'ns', stroke: css('--warn'), width: 1.5, value: (_, value) => show.ns(value) },
      ],
      axes: [
        { ...axis, space: 70 },
        { ...axis, values: (_, values) => values.map(show.short), size: 56 },
        { ...axis, scale: 'ns', side: 1, values: (_, values) => values.map(show.ns), grid: { show: false }, size: 64 },
      ],
      scales: { y: { range: fromZero }, ns: { range: fromZero } },
      legend: { live: false },
    },
    [history.at, history.rate, history.p50, history.p99],
    element,
  );
  new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: 190 })).observe(element);
}

/** The colours have changed: the chart is made anew with them. */
export function redrawChart() {
  host = undefined;
}
