"""History: ranges, tails and searches, over kernels that come after each other and that run at once."""

import os
import tempfile
import time
import unittest

from support import Cell, reply_to, start


class History(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.env = {**os.environ, "SLIPWAY_HISTORY": os.path.join(folder.name, "history.db")}

    def kernel(self, *codes, env=None):
        manager, client = start(env=env or self.env)
        self.addCleanup(manager.shutdown_kernel, now=True)
        self.addCleanup(client.stop_channels)
        for code in codes:
            Cell(client, code).wait()
        return manager, client

    def history(self, client, access, **options):
        content = {"hist_access_type": access, "raw": True, "output": False, **options}
        message = client.session.msg("history_request", content)
        client.shell_channel.send(message)
        return [tuple(e) for e in reply_to(client, message["header"]["msg_id"])["content"]["history"]]

    def test_a_kernel_knows_the_inputs_of_those_before_it(self):
        manager, client = self.kernel("const a = 1", "a + 1", "a + 2")
        self.assertEqual(self.history(client, "range", session=0, start=2, stop=3), [(0, 2, "a + 1")])
        client.stop_channels()
        manager.shutdown_kernel()
        _, client = self.kernel("'second'", "const a = 1")
        self.assertEqual(self.history(client, "tail", n=3), [(1, 3, "a + 2"), (2, 1, "'second'"), (2, 2, "const a = 1")])
        self.assertEqual(self.history(client, "range", session=-1, start=1, stop=3), [(1, 1, "const a = 1"), (1, 2, "a + 1")])
        self.assertEqual(self.history(client, "range", session=1, start=3), [(1, 3, "a + 2")])
        self.assertEqual(self.history(client, "search", pattern="a + ?"), [(1, 2, "a + 1"), (1, 3, "a + 2")])
        self.assertEqual(self.history(client, "search", pattern="const*"), [(1, 1, "const a = 1"), (2, 2, "const a = 1")])
        self.assertEqual(self.history(client, "search", pattern="const*", unique=True), [(2, 2, "const a = 1")])
        self.assertEqual(self.history(client, "search", pattern="*", n=2), [(2, 1, "'second'"), (2, 2, "const a = 1")])
        self.assertEqual(self.history(client, "tail", n=1, output=True), [(2, 2, ["const a = 1", None])])
        self.assertEqual(self.history(client, "range", start=1, stop=2, output=True), [(0, 1, ["'second'", "'second'"])])

    def test_two_kernels_at_once(self):
        _, first = self.kernel("'first'")
        _, second = self.kernel("'second'")
        Cell(first, "'first again'").wait()
        time.sleep(1)  # What others wrote is on its way for a moment.
        self.assertEqual([e[2] for e in self.history(first, "tail", n=9)], ["'second'", "'first'", "'first again'"])
        self.assertEqual([e[2] for e in self.history(second, "tail", n=9)], ["'first'", "'first again'", "'second'"])

    def test_what_is_not_to_be_stored_is_not(self):
        _, client = self.kernel("1")
        Cell(client, "2", store_history=False).wait()
        Cell(client, "3", silent=True).wait()
        Cell(client, "  ").wait()
        self.assertEqual(self.history(client, "tail", n=9), [(1, 1, "1")])

    def test_it_can_be_turned_off(self):
        env = {**self.env, "SLIPWAY_HISTORY": "off"}
        manager, client = self.kernel("1", env=env)
        self.assertEqual(self.history(client, "tail", n=9), [(1, 1, "1")])
        manager.shutdown_kernel()
        _, client = self.kernel("2", env=env)
        self.assertEqual(self.history(client, "tail", n=9), [(1, 1, "2")])


if __name__ == "__main__":
    unittest.main()
