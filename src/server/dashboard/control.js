import { html, render } from '/lit-html.js';

/** Actions of the router as buttons: each asks for its arguments and for a reason, which lands in the journal. */

let actions = [];

/** Learns what this connection may do. */
export async function learnActions(connection) {
  try {
    actions = ((await connection.ask('actions')) ?? []).filter((action) => !action.reads);
  } catch {
    actions = [];
  }
}

export function controlPanel(connection, state, notice) {
  if (actions.length === 0) return '';
  const groups = Map.groupBy(actions, (action) => action.group);
  return html`<section aria-label="control">
    <h2>Control <span class="note">as ${connection.name} (${connection.role}); every action asks for a reason and is written down</span></h2>
    ${[...groups].map(
      ([group, members]) => html`<div class="row" role="group" aria-label=${group}><span class="quiet">${group}</span>
      ${members.map((action) => html`<button class=${action.dangerous ? 'danger' : ''} title=${action.does} @click=${() => open(connection, action, state, notice)}>${action.title}</button>`)}</div>`,
    )}
  </section>`;
}

function open(connection, action, state, notice) {
  const host = document.getElementById('dialogs');
  const close = () => render('', host);
  const submit = async (event) => {
    event.preventDefault();
    const data = Object.fromEntries(new FormData(event.target));
    const args = {};
    for (const { name, type } of action.args)
      if (data[name] !== '') args[name] = type === 'number' ? Number(data[name]) : data[name];
    close();
    try {
      const result = await connection.ask(action.op, { ...args, reason: data.reason });
      notice(`${action.title}: ${typeof result === 'string' ? result : 'done'}`);
    } catch (error) {
      notice(`${action.title}: ${error.message}`, 'bad');
    }
  };
  render(
    html`<dialog @close=${close} aria-label=${action.title}>
      <form @submit=${submit}>
        <h2>${action.title}</h2>
        <p class="quiet">${action.does}</p>
        ${action.args.map((arg) => html`<label>${arg.title ?? arg.name} ${field(arg, state)}</label>`)}
        ${action.reason === false ? html`<input type="hidden" name="reason" value="demo" />` : html`<label>Reason <input name="reason" required minlength="3" maxlength="200" autocomplete="off" /></label>`}
        <div class="row"><button type="submit" class=${action.dangerous ? 'danger' : ''}>${action.title}</button><button type="button" @click=${(event) => event.target.closest('dialog').close()}>Cancel</button></div>
      </form>
    </dialog>`,
    host,
  );
  host.querySelector('dialog').showModal();
}

function field(arg, state) {
  const options = arg.options ?? optionsOf(arg.from, state);
  if (options !== undefined)
    return html`<select name=${arg.name} ?required=${arg.required}>${arg.required ? '' : html`<option value=""></option>`}${options.map((option) => html`<option>${option}</option>`)}</select>`;
  return html`<input name=${arg.name} type=${arg.type === 'number' ? 'number' : 'text'} step="any" ?required=${arg.required} value=${arg.default ?? ''} />`;
}

/** Names that the present state knows. */
function optionsOf(from, state) {
  if (from === 'feeds') return state.feeds.map((feed) => feed.name);
  if (from === 'lines') return [...new Set(state.feeds.flatMap((feed) => feed.lines.map((line) => line.name)))];
  if (from === 'sessions') return state.orders?.sessions.map((session) => session.name) ?? [];
  if (from === 'groups') return state.orders?.groups.map((group) => group.name) ?? [];
  if (from === 'strategies') return state.strategies.map((strategy) => strategy.name);
  if (from === 'accounts') return state.orders?.accounts.map((account) => account.name) ?? [];
  return undefined;
}
