"""A client of Warmline's API for Python 3.9 and newer, without a dependency.

It subscribes, applies patches, asks, reconnects and goes on where it was. Copy it into your program; docs/api.md
describes every message.

    client = WarmlineClient("127.0.0.1", 7070, token)
    client.state("book:itch/AAPL", lambda book: print(book["bids"][:1], book["asks"][:1]))
    client.entries("orders", lambda entries, first: print(first, entries))
    order = client.ask("order.enter", clientId="a1", symbol="AAPL", side="buy", shares=100, price=10.01)
    client.run()   # or client.poll(seconds) in a loop of your own, or select() on client.fileno() before poll()

One thread at a time may use a client. It does nothing between calls: call poll() often, also to answer the router's
pings (a connection that is silent for api.limits.idle is closed).
"""
import base64
import copy
import json
import os
import select
import socket
import ssl
import struct
import time

FIRST_WAIT = 0.2
LONGEST_WAIT = 5.0
CONNECT_TIMEOUT = 5.0
CONTINUATION, TEXT, CLOSE, PING, PONG = 0, 1, 8, 9, 10


class ApiError(Exception):
    """A refusal, with the code that docs/api.md lists and what there is in detail."""

    def __init__(self, code, message, detail=None):
        super().__init__(message)
        self.code, self.detail = code, detail


def apply_patch(before, patch):
    """Applies a patch of a state. Returns the new state; `before` stays as it is."""
    if "$is" in patch:
        return patch["$is"]
    after = copy.copy(before)
    for key, value in patch.items():
        at = int(key) if isinstance(after, list) else key
        if not isinstance(value, dict):
            after[at] = value
        elif value.get("$gone") is True:
            del after[at]
        else:
            known = after[at] if isinstance(after, list) else after.get(at)
            after[at] = apply_patch(known, value)
    return after


class WarmlineClient:
    def __init__(self, host="127.0.0.1", port=7070, token=None, tls=None, on_connect=None, on_lost=None, on_error=None):
        """tls: an ssl.SSLContext where the router has api.tls.

        on_connect(hello) is told when the connection stands, on_lost(why) when it is lost. on_error(ApiError) is told of a
        channel that is not there or may not be heard; without it, poll() raises that.
        """
        self.host, self.port, self.token, self.tls = host, port, token, tls
        self.on_connect, self.on_lost, self.on_error = on_connect, on_lost, on_error
        self.ready = False
        self._socket = None
        self._data = b""
        self._fragments = b""
        self._next_id = 1
        self._wait = FIRST_WAIT
        self._retry_at = 0.0
        self._subscriptions = {}
        self._answers = {}

    def state(self, channel, on_state):
        """Follows a state: status, book:FEED/SYMBOL. on_state(value) is called with every new value."""
        self._add(channel, {"value": None, "on_state": on_state})

    def entries(self, channel, on_entries, on_reset=None, after=-1):
        """Follows entries: orders, messages:FEED. on_entries(entries, number of the first), on_reset(state, next number)."""
        self._add(channel, {"last": after, "on_entries": on_entries, "on_reset": on_reset})

    def leave(self, channel):
        self._subscriptions.pop(channel, None)
        if self.ready:
            self._say({"op": "unsubscribe", "channel": channel})

    def last_of(self, channel):
        """Number of the last entry seen of a channel: give it to entries() after a restart of your program."""
        return self._subscriptions.get(channel, {}).get("last", -1)

    def ask(self, op, **args):
        """Asks for an operation, once the connection stands, and waits for the answer.

        Raises ApiError, or ConnectionError if the connection is lost before the answer: an order may then be entered again
        under the same client id, and is sent once all the same.
        """
        while not self.ready:
            self.poll(1.0)
        number = self._id()
        self._say({**args, "op": op, "id": number})
        self._answers[number] = None
        while self._answers[number] is None:
            if not self.ready:
                del self._answers[number]
                raise ConnectionError("the connection was lost before the answer")
            self.poll(1.0)
        answer = self._answers.pop(number)
        if answer["type"] == "error":
            raise ApiError(answer["code"], answer["message"], answer.get("detail"))
        return answer.get("result")

    def run(self):
        while True:
            self.poll(60.0)

    def fileno(self):
        """For select(): of the connection; -1 while there is none."""
        return -1 if self._socket is None else self._socket.fileno()

    def poll(self, seconds=0.0):
        """Connects where that is due, and takes what has come, waiting at most so long for something."""
        if self._socket is None and not self._connect(seconds):
            return
        try:
            pending = isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0
            if not pending and not select.select([self._socket], [], [], seconds)[0]:
                return
            received = self._socket.recv(1 << 16)
        except OSError as error:
            self._lost(str(error))
            return
        if not received:
            self._lost("closed by the router")
            return
        self._data += received
        self._frames()

    def close(self):
        if self._socket is not None:
            self._socket.close()
        self._socket, self.ready = None, False
        self._data = self._fragments = b""

    # ---- the connection (RFC 6455) ----

    def _connect(self, seconds):
        wait = self._retry_at - time.monotonic()
        if wait > 0:
            time.sleep(min(wait, seconds))
            if wait > seconds:
                return False
        try:
            raw = socket.create_connection((self.host, self.port), timeout=CONNECT_TIMEOUT)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket = raw if self.tls is None else self.tls.wrap_socket(raw, server_hostname=self.host)
            self._upgrade()
        except OSError as error:
            self._lost(str(error))
            return False
        self._frames()
        return True

    def _upgrade(self):
        key = base64.b64encode(os.urandom(16)).decode()
        protocols = "warmline.v1" + (f", token.{self.token}" if self.token else "")
        self._socket.sendall(
            (
                f"GET /api HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {protocols}\r\n\r\n"
            ).encode()
        )
        head = b""
        while b"\r\n\r\n" not in head:
            received = self._socket.recv(4096)
            if not received:
                raise ConnectionError("closed while connecting")
            head += received
        head, self._data = head.split(b"\r\n\r\n", 1)
        status = head.split(b"\r\n", 1)[0].decode()
        if " 101 " in status:
            return
        if " 401 " in status or " 403 " in status or " 421 " in status:
            self.close()
            raise ApiError("refused", f"the router lets nobody in like this: {status}")
        raise ConnectionError(status)

    def _lost(self, why):
        was_ready = self.ready
        self.close()
        self._retry_at = time.monotonic() + self._wait
        self._wait = min(LONGEST_WAIT, self._wait * 2)
        if was_ready and self.on_lost is not None:
            self.on_lost(why)

    def _frames(self):
        while len(self._data) >= 2:
            last, opcode, length, at = self._data[0] & 0x80, self._data[0] & 0x0F, self._data[1] & 0x7F, 2
            if length >= 126:
                size = 2 if length == 126 else 8
                if len(self._data) < at + size:
                    return
                length = int.from_bytes(self._data[at : at + size], "big")
                at += size
            if len(self._data) < at + length:
                return
            payload, self._data = self._data[at : at + length], self._data[at + length :]
            if opcode in (TEXT, CONTINUATION):
                self._fragments += payload
                if last:
                    payload, self._fragments = self._fragments, b""
                    self._take(json.loads(payload))
            elif opcode == PING:
                self._frame(PONG, payload)
            elif opcode == CLOSE:
                self._lost(f"{int.from_bytes(payload[:2], 'big')} {payload[2:].decode('utf-8', 'replace')}")
                return

    def _frame(self, opcode, payload):
        size = len(payload)
        if size < 126:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
        elif size < 1 << 16:
            head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[i & 3] for i, byte in enumerate(payload))
        try:
            self._socket.sendall(head + mask + masked)
        except OSError as error:
            self._lost(str(error))

    def _say(self, message):
        if self._socket is not None:
            self._frame(TEXT, json.dumps(message).encode())

    # ---- messages (docs/api.md) ----

    def _id(self):
        number, self._next_id = self._next_id, self._next_id + 1
        return number

    def _add(self, channel, subscription):
        if channel in self._subscriptions:
            raise ApiError("twice", f"{channel} is followed already")
        self._subscriptions[channel] = subscription
        if self.ready:
            self._subscribe(channel, subscription)

    def _subscribe(self, channel, subscription):
        after = {"after": subscription["last"]} if "last" in subscription else {}
        number = self._id()
        self._say({"op": "subscribe", "id": number, "channel": channel, **after})

    def _take(self, message):
        kind = message["type"]
        if kind == "hello":
            self._wait, self.ready = FIRST_WAIT, True
            if self.on_connect is not None:
                self.on_connect(message)
            for channel, subscription in list(self._subscriptions.items()):
                self._subscribe(channel, subscription)
        elif kind in ("done", "error"):
            self._answered(message)
        else:
            subscription = self._subscriptions.get(message["channel"])
            if subscription is not None:
                self._update(subscription, message)

    def _answered(self, message):
        number = message.get("id")
        if number in self._answers:
            self._answers[number] = message
            return
        if message["type"] == "error":
            error = ApiError(message["code"], message["message"], message.get("detail"))
            if self.on_error is None:
                raise error
            self.on_error(error)

    @staticmethod
    def _update(subscription, message):
        kind = message["type"]
        if kind == "entries":
            subscription["last"] = message["from"] + len(message["entries"]) - 1
            subscription["on_entries"](message["entries"], message["from"])
        elif kind == "reset":
            subscription["last"] = message["next"] - 1
            if subscription["on_reset"] is not None:
                subscription["on_reset"](message["data"], message["next"])
        else:
            value = message["data"] if kind == "snapshot" else apply_patch(subscription["value"], message["patch"])
            subscription["value"] = value
            subscription["on_state"](value)
