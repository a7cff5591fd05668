"""The Python client as a program of its own, for tests: see driver.ts. python3 driver.py PORT TOKEN"""
import json
import os
import select
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "deploy", "clients"))
from warmline_client import ApiError, WarmlineClient  # noqa: E402


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def on_connect(hello):
    say({"n": 0, "connected": hello["name"], "role": hello["role"]})


client = WarmlineClient(
    "127.0.0.1",
    int(sys.argv[1]),
    sys.argv[2] or None,
    on_connect=on_connect,
    on_lost=lambda why: say({"n": 0, "lost": why}),
    on_error=lambda error: say({"n": 0, "failed": error.code, "message": str(error)}),
)


def ask(number, op, args):
    try:
        say({"ask": number, "result": client.ask(op, **(args or {}))})
    except ApiError as error:
        say({"ask": number, "code": error.code, "message": str(error), "detail": error.detail})
    except ConnectionError as error:
        say({"ask": number, "code": "lost", "message": str(error)})


def perform(message):
    what, channel = message["do"], message.get("channel")
    if what == "state":
        client.state(channel, lambda value: say({"n": 0, "channel": channel, "value": value}))
    elif what == "entries":
        client.entries(
            channel,
            lambda entries, first: say({"n": 0, "channel": channel, "from": first, "entries": entries}),
            lambda data, following: say({"n": 0, "channel": channel, "reset": data, "next": following}),
            message.get("after", -1),
        )
    elif what == "leave":
        client.leave(channel)
    elif what == "ask":
        ask(message["ask"], message["op"], message.get("args"))
    elif what == "stall":
        say({"stalling": True})
        time.sleep(message["args"] / 1000)


pending = b""
while True:
    client.poll(0.01)
    if not select.select([0], [], [], 0)[0]:
        continue
    received = os.read(0, 1 << 16)
    if not received:
        client.close()
        break
    pending += received
    *lines, pending = pending.split(b"\n")
    for line in lines:
        perform(json.loads(line))
