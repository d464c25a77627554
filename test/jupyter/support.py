"""What the scenarios share: a kernel with a client, cells with all that comes of them, raw messages."""

import time
import unittest

from jupyter_client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

TIMEOUT = 30


class Cell:
    """The reply of one execute request and its IOPub messages, in order, up to its idle."""

    def __init__(self, client, code, **options):
        self.client = client
        self.id = client.execute(code, **options)
        self.messages = []

    def wait(self, timeout=TIMEOUT):
        while True:
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") != self.id:
                continue
            self.messages.append(message)
            if is_idle(message):
                break
        self.reply = reply_to(self.client, self.id, timeout)["content"]
        return self

    def contents(self, msg_type):
        return [m["content"] for m in self.messages if m["msg_type"] == msg_type]

    def text(self, name="stdout"):
        return "".join(c["text"] for c in self.contents("stream") if c["name"] == name)

    def result(self):
        results = self.contents("execute_result")
        return results[0]["data"]["text/plain"] if results else None


def is_idle(message):
    return message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"


def reply_to(client, msg_id, timeout=TIMEOUT, channel="shell"):
    """The reply to a request; replies to others are dropped."""
    get = client.get_shell_msg if channel == "shell" else client.get_control_msg
    deadline = time.monotonic() + timeout
    while True:
        reply = get(timeout=max(0.1, deadline - time.monotonic()))
        if reply["parent_header"].get("msg_id") == msg_id:
            return reply


def start(**options):
    return start_new_kernel(kernel_name="slipway", startup_timeout=TIMEOUT, **options)


class KernelTestCase(unittest.TestCase):
    """Tests that share one kernel."""

    @classmethod
    def setUpClass(cls):
        cls.manager, cls.client = start()

    @classmethod
    def tearDownClass(cls):
        cls.client.stop_channels()
        cls.manager.shutdown_kernel()

    def another_client(self):
        """With a session of its own, as another program would have."""
        client = BlockingKernelClient(connection_file=self.manager.connection_file)
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(timeout=TIMEOUT)
        return client

    def run_cell(self, code, **options):
        return Cell(self.client, code, **options).wait()

    def send(self, msg_type, content, channel="shell", header=None, metadata=None, buffers=None):
        """Sends any message; returns its id."""
        message = self.client.session.msg(msg_type, content)
        message["header"].update(header or {})
        if metadata is not None:
            message["metadata"] = metadata
        socket = getattr(self.client, f"{channel}_channel").socket
        self.client.session.send(socket, message, buffers=buffers)
        return message["header"]["msg_id"]

    def request(self, msg_type, content, channel="shell", **options):
        """Sends a request and gives the content of its reply."""
        return reply_to(self.client, self.send(msg_type, content, channel, **options), channel=channel)["content"]

    def iopub_until(self, condition, timeout=TIMEOUT):
        """IOPub messages up to the first for which the condition holds."""
        messages = []
        deadline = time.monotonic() + timeout
        while True:
            messages.append(self.client.get_iopub_msg(timeout=max(0.1, deadline - time.monotonic())))
            if condition(messages[-1]):
                return messages

    def drain(self, seconds=0.2):
        """IOPub messages until none comes for a while."""
        messages = []
        try:
            while True:
                messages.append(self.client.get_iopub_msg(timeout=seconds))
        except Exception:
            return messages
