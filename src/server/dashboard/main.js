import { Connection } from '/connection.js';
import { controlPanel, learnActions } from '/control.js';
import * as show from '/format.js';
import { chartPanel, feedChart, latencyPanel, redrawChart, threadsPanel } from '/latency.js';
import { feedPanel } from '/lines.js';
import { html, render } from '/lit-html.js';
import { orderPanels } from '/orders.js';
import { timelinePanel } from '/timeline.js';

const THEME_KEY = 'warmline-theme';
const SAMPLE_MS = 500;
const NOTICE_MS = 6000;
const head = document.getElementById('head');
const content = document.getElementById('content');
const notices = document.getElementById('notices');

const preferred = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
document.documentElement.dataset.theme = localStorage.getItem(THEME_KEY) ?? preferred;

let lastRole;
let drawn = false;
let filled = false;
const connection = new Connection(() => {
  if (connection.connected && connection.role !== lastRole) {
    lastRole = connection.role;
    learnActions(connection).then(draw);
  }
  if (!connection.connected) lastRole = undefined;
  draw();
});

/** At most one drawing a frame, however many messages came. */
function draw() {
  if (drawn) return;
  drawn = true;
  requestAnimationFrame(() => {
    drawn = false;
    const { state } = connection;
    render(headLine(state), head);
    if (state === undefined) return;
    if (!filled) content.replaceChildren(); // what stood there until the first state came
    filled = true;
    render(page(state), content);
  });
}

function headLine(state) {
  const theme = document.documentElement.dataset.theme;
  return html`<h1>Warmline</h1>
    ${state === undefined ? '' : html`<span>${state.venue}</span><span class="quiet">${state.version} · ${state.layout}, ${state.idle}, ${state.io} · up ${show.uptime(state.upNs)}</span>`}
    <span class="grow"></span>
    <span class="badge ${connection.connected ? 'good' : 'bad'}" id="connection">${connection.connected ? `live, ${connection.role}` : 'not connected: what is shown is the past'}</span>
    <button @click=${logIn}>${connection.role === 'operate' ? 'Change token' : 'Log in'}</button>
    <button @click=${switchTheme} aria-label="switch to ${theme === 'dark' ? 'light' : 'dark'} colours">${theme === 'dark' ? '☀' : '☾'}</button>`;
}

function page(state) {
  return html`${state.feeds.map(feedPanel)} ${orderPanels(state.orders)} ${timelinePanel(state.events, draw)}
    ${latencyPanel(state.latencies)} ${threadsPanel(state.threads, state.strategies)} ${chartPanel()}
    ${controlPanel(connection, state, notice)}`;
}

function switchTheme() {
  const theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset.theme = theme;
  localStorage.setItem(THEME_KEY, theme);
  redrawChart();
  draw();
}

function logIn() {
  const host = document.getElementById('dialogs');
  const submit = (event) => {
    event.preventDefault();
    connection.logIn(new FormData(event.target).get('token').trim());
    render('', host);
  };
  render(
    html`<dialog aria-label="Log in" @close=${() => render('', host)}>
      <form @submit=${submit}>
        <h2>Log in</h2>
        <p class="quiet">A token of the router's token file. It stays in this tab and is forgotten with it.</p>
        <label>Token <input name="token" type="password" autocomplete="off" autofocus /></label>
        <div class="row"><button type="submit">Log in</button><button type="button" @click=${(event) => event.target.closest('dialog').close()}>Cancel</button></div>
      </form>
    </dialog>`,
    host,
  );
  host.querySelector('dialog').showModal();
}

function notice(text, tone = '') {
  const box = document.createElement('div');
  box.className = tone;
  box.textContent = text;
  notices.append(box);
  setTimeout(() => box.remove(), NOTICE_MS);
}

setInterval(() => {
  if (connection.connected && connection.state !== undefined) feedChart(connection.state);
}, SAMPLE_MS);
draw();
