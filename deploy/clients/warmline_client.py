"""A client of Warmline's API for Python 3.9 and newer, without a dependency.

It subscribes, applies patches, asks, reconnects and goes on where it was. Copy it into your program; docs/api.md
describes every message.

    client = WarmlineClient("127.0.0.1", 7070, token)
    client.state("book:itch/AAPL", lambda book: print(book["bids"][:1], book["asks"][:1]))
    client.entries("orders", lambda entries, first: print(first, entries))
    order = client.ask("order.enter", clientId="a1", symbol="AAPL", side="buy", shares=100, price=10.01)
    client.run()   # or client.poll(seconds) in a loop of your own
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
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class ApiError(Exception):
    """A refusal, with the code that docs/api.md lists."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


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
    def __init__(self, host="127.0.0.1", port=7070, token=None, tls=None):
        """tls: an ssl.SSLContext where the server has api.tls."""
        self.host, self.port, self.token, self.tls = host, port, token, tls
        self.socket = None
        self.data = b""
        self.next_id = 1
        self.wait = FIRST_WAIT
        self.subscriptions = {}
        self.answers = {}
        self.ready = False

    def state(self, channel, on_state):
        """Follows a state: status, book:FEED/SYMBOL. on_state(value) is called with every new value."""
        self._add(channel, {"value": None, "on_state": on_state})

    def entries(self, channel, on_entries, on_reset=None, after=-1):
        """Follows entries: orders, messages:FEED. on_entries(entries, number of the first), on_reset(state, next number)."""
        self._add(channel, {"last": after, "on_entries": on_entries, "on_reset": on_reset})

    def ask(self, op, **args):
        """Asks for an operation and waits for the answer. Raises ApiError, or ConnectionError if the connection is lost."""
        while not self.ready:
            self.poll(1.0)
        number, self.next_id = self.next_id, self.next_id + 1
        self._say({**args, "op": op, "id": number})
        while number not in self.answers:
            if not self.ready:
                raise ConnectionError("the connection was lost before the answer")
            self.poll(1.0)
        answer = self.answers.pop(number)
        if answer["type"] == "error":
            raise ApiError(answer["code"], answer["message"])
        return answer.get("result")

    def run(self):
        while True:
            self.poll(60.0)

    def poll(self, seconds=0.0):
        """Takes what has come, waiting at most so long for something."""
        if self.socket is None and not self._connect():
            return
        try:
            pending = isinstance(self.socket, ssl.SSLSocket) and self.socket.pending() > 0
            if not pending and not select.select([self.socket], [], [], seconds)[0]:
                return
            received = self.socket.recv(1 << 16)
        except OSError:
            received = b""
        if not received:
            self._lost()
            return
        self.data += received
        self._frames()

    def close(self):
        if self.socket is not None:
            self.socket.close()
        self.socket, self.ready = None, False

    # ---- the connection (RFC 6455) ----

    def _connect(self):
        try:
            raw = socket.create_connection((self.host, self.port), timeout=5.0)
            self.socket = raw if self.tls is None else self.tls.wrap_socket(raw, server_hostname=self.host)
            key = base64.b64encode(os.urandom(16)).decode()
            protocols = "warmline.v1" + (f", token.{self.token}" if self.token else "")
            self.socket.sendall(
                (
                    f"GET /api HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {protocols}\r\n\r\n"
                ).encode()
            )
            head = b""
            while b"\r\n\r\n" not in head:
                received = self.socket.recv(4096)
                if not received:
                    raise ConnectionError("closed while connecting")
                head += received
            head, self.data = head.split(b"\r\n\r\n", 1)
            status = head.split(b"\r\n", 1)[0].decode()
            if " 101 " not in status:
                if " 401 " in status or " 403 " in status:
                    raise ApiError("refused", status)
                raise ConnectionError(status)
        except OSError:
            self._lost()
            return False
        self._frames()
        return True

    def _lost(self):
        self.close()
        self.data = b""
        time.sleep(self.wait)
        self.wait = min(LONGEST_WAIT, self.wait * 2)

    def _frames(self):
        while len(self.data) >= 2:
            opcode, length, at = self.data[0] & 0x0F, self.data[1] & 0x7F, 2
            if length >= 126:
                size = 2 if length == 126 else 8
                if len(self.data) < at + size:
                    return
                length = int.from_bytes(self.data[at : at + size], "big")
                at += size
            if len(self.data) < at + length:
                return
            payload, self.data = self.data[at : at + length], self.data[at + length :]
            if opcode == TEXT:
                self._take(json.loads(payload))
            elif opcode == PING:
                self._frame(PONG, payload)
            elif opcode == CLOSE:
                self._lost()
                return

    def _frame(self, opcode, payload):
        mask = os.urandom(4)
        size = len(payload)
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | size) if size < 126 else struct.pack("!BBH", 0x80 | opcode, 0xFE, size)
        self.socket.sendall(head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)))

    def _say(self, message):
        self._frame(TEXT, json.dumps(message).encode())

    # ---- messages (docs/api.md) ----

    def _add(self, channel, subscription):
        self.subscriptions[channel] = subscription
        if self.ready:
            self._subscribe(channel, subscription)

    def _subscribe(self, channel, subscription):
        after = {"after": subscription["last"]} if "last" in subscription else {}
        self._say({"op": "subscribe", "channel": channel, **after})

    def _take(self, message):
        kind = message["type"]
        if kind == "hello":
            self.wait, self.ready = FIRST_WAIT, True
            for channel, subscription in self.subscriptions.items():
                self._subscribe(channel, subscription)
            return
        if kind in ("done", "error"):
            if message.get("id") is not None:
                self.answers[message["id"]] = message
            return
        subscription = self.subscriptions.get(message.get("channel"))
        if subscription is None:
            return
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
