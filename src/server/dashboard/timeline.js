import * as show from '/format.js';
import { html } from '/lit-html.js';

const SHOWN_MS = 10 * 60_000;
const LISTED = 100;
let opened;

/** Switches, gaps, stale periods and sessions: a strip of the last ten minutes, and the list with the evidence of each. */
export function timelinePanel(events, redraw) {
  const nowMs = events.length === 0 ? Date.now() : Math.max(Date.now(), events.at(-1).utcMs);
  const recent = events.filter((event) => nowMs - event.utcMs < SHOWN_MS);
  const key = (event) => `${event.utcMs}/${event.feed}/${event.what}/${event.text}`;
  const toggle = (event) => () => {
    opened = opened === key(event) ? undefined : key(event);
    redraw();
  };
  return html`<section aria-label="timeline">
    <h2>Timeline <span class="note">last ten minutes; choose an event for its evidence</span></h2>
    <div class="strip">
      ${recent.map((event) => html`<button class=${event.tone} .style=${`left:${100 - ((nowMs - event.utcMs) / SHOWN_MS) * 100}%`} @click=${toggle(event)} title="${show.time(event.utcMs)} ${event.feed} ${event.what}: ${event.text}" aria-label="${event.what} at ${show.time(event.utcMs)}"></button>`)}
    </div>
    <div class="axis"><span>10 min ago</span><span>now</span></div>
    ${
      events.length === 0
        ? html`<p class="quiet">Nothing has happened yet.</p>`
        : html`<ul class="events">${events
            .slice(-LISTED)
            .reverse()
            .map((event) => row(event, opened === key(event), toggle(event)))}</ul>`
    }
  </section>`;
}

/** How long it took to notice, and to act: two figures that are never mixed. */
function evidence({ windowNs, tookNs }) {
  const known = [
    [windowNs, 'detection window'],
    [tookNs, 'from the decision to the first unit or order after it'],
  ].filter(([ns]) => Number.isFinite(ns ?? Number.NaN));
  if (known.length === 0) return 'no times belong to this event; the journal and the log have its neighbours';
  return known.map(([ns, what]) => `${what} ${show.ns(ns)}`).join('; ');
}

function row(event, open, toggle) {
  return html`<li>
    <button @click=${toggle} aria-expanded=${open}>
      <span class="quiet">${show.time(event.utcMs)}</span><span>${event.feed}</span><span class=${event.tone}>${event.what}</span><span>${event.text}</span>
    </button>
    ${open ? html`<div class="evidence">${evidence(event)}</div>` : ''}
  </li>`;
}
