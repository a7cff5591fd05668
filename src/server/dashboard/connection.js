/** The one WebSocket of the page: subscribes, applies patches, asks for actions, and comes back by itself. */

const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 5000;
const TOKEN_KEY = 'warmline-token';

/** Applies a patch as `docs/api.md` describes it. */
export function applyPatch(before, patch) {
  if (Object.hasOwn(patch, '$is')) return patch.$is;
  const after = Array.isArray(before) ? [...before] : { ...before };
  for (const [key, value] of Object.entries(patch)) {
    if (typeof value !== 'object' || value === null) after[key] = value;
    else if (value.$gone === true) delete after[key];
    else after[key] = applyPatch(after[key] ?? null, value);
  }
  return after;
}

export class Connection {
  state = undefined;
  role = 'none';
  name = '';
  connected = false;
  #waitMs = FIRST_WAIT_MS;
  #socket;
  #nextId = 1;
  #asked = new Map();
  #changed;

  /** @param {() => void} changed called whenever anything above has changed */
  constructor(changed) {
    this.#changed = changed;
    // A token in the address (after the #: it never reaches a server) is taken once and removed from sight.
    const given = /token=([\w-]+)/.exec(location.hash);
    if (given !== null) {
      sessionStorage.setItem(TOKEN_KEY, given[1]);
      history.replaceState(null, '', location.pathname);
    }
    this.#open();
  }

  logIn(token) {
    if (token === '') sessionStorage.removeItem(TOKEN_KEY);
    else sessionStorage.setItem(TOKEN_KEY, token);
    this.#waitMs = FIRST_WAIT_MS;
    this.#socket?.close();
  }

  /** Asks for an operation. @returns {Promise<unknown>} its result; rejects with what the router said */
  ask(op, args = {}) {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (this.#socket?.readyState !== WebSocket.OPEN) {
        reject(new Error('not connected'));
        return;
      }
      this.#asked.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ ...args, op, id }));
    });
  }

  #open() {
    const token = sessionStorage.getItem(TOKEN_KEY);
    const protocols = token === null ? ['warmline.v1'] : ['warmline.v1', `token.${token}`];
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api`, protocols);
    this.#socket = socket;
    let said = false;
    socket.onmessage = ({ data }) => {
      said = true;
      this.#take(JSON.parse(data));
    };
    socket.onclose = () => {
      // A token that is refused closes the connection before a word was said: look on without it.
      if (!said && token !== null && this.connected === false && this.#waitMs > FIRST_WAIT_MS)
        sessionStorage.removeItem(TOKEN_KEY);
      this.connected = false;
      for (const { reject } of this.#asked.values()) reject(new Error('the connection was lost'));
      this.#asked.clear();
      this.#changed();
      setTimeout(() => this.#open(), this.#waitMs);
      this.#waitMs = Math.min(LONGEST_WAIT_MS, this.#waitMs * 2);
    };
  }

  #take(message) {
    if (message.type === 'hello') {
      this.connected = true;
      this.role = message.role;
      this.name = message.name;
      this.#waitMs = FIRST_WAIT_MS;
      this.#socket.send(JSON.stringify({ op: 'subscribe', channel: 'status' }));
    } else if (message.type === 'snapshot') this.state = message.data;
    else if (message.type === 'delta') this.state = applyPatch(this.state, message.patch);
    else if (message.type === 'done' || message.type === 'error') {
      const asked = this.#asked.get(message.id);
      this.#asked.delete(message.id);
      if (message.type === 'done') asked?.resolve(message.result);
      else asked?.reject(new Error(message.message));
    }
    this.#changed();
  }
}
