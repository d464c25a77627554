"""The protocol under everything that a client may send: one reply and one busy and idle for each request."""

import time
import unittest

import zmq
from support import KernelTestCase, is_idle, reply_to, start

GARBAGE = [None, 3, "text", [], [1], {}, {"code": 3}, {"code": None}, {"code": ["1"]}, {"code": {"a": 1}}]
REQUESTS = ["complete_request", "inspect_request", "is_complete_request", "history_request", "comm_info_request"]


class Protocol(KernelTestCase):
    def answered(self, msg_id, channel="shell"):
        """The reply; fails unless it is the only one, between one busy and one idle."""
        reply = reply_to(self.client, msg_id, channel=channel)
        messages = self.iopub_until(lambda m: is_idle(m) and m["parent_header"].get("msg_id") == msg_id)
        mine = [m for m in messages if m["parent_header"].get("msg_id") == msg_id and m["msg_type"] == "status"]
        self.assertEqual([m["content"]["execution_state"] for m in mine], ["busy", "idle"])
        return reply

    def send_raw(self, msg_type, content, channel="shell", **parts):
        """Sends what a decent client would not; returns its id."""
        session = self.client.session
        header = session.msg_header(msg_type)
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, **parts}
        frames = [session.pack(message[k]) for k in ("header", "parent_header", "metadata", "content")]
        socket = getattr(self.client, f"{channel}_channel").socket
        socket.send_multipart([b"<IDS|MSG>", session.sign(frames), *frames])
        return header["msg_id"]

    def test_kernel_info(self):
        for channel in ("shell", "control"):
            reply = self.answered(self.send("kernel_info_request", {}, channel), channel)
            content = reply["content"]
            self.assertEqual((content["status"], content["protocol_version"]), ("ok", "5.5"))
            self.assertEqual(content["supported_features"], ["debugger", "kernel subshells"])
            self.assertTrue(content["debugger"])
            self.assertEqual(reply["header"]["version"], "5.5")
            self.assertEqual(content["language_info"]["file_extension"], ".ts")

    def test_unknown_requests_are_answered(self):
        for msg_type in ["strange_request", "strange", "connect_request", "constructor", "__proto__", "execute_reply", ""]:
            for channel in ("shell", "control"):
                reply = self.answered(self.send(msg_type, {}, channel), channel)
                self.assertEqual((reply["content"]["status"], reply["content"]["ename"]), ("error", "KERNEL007"), msg_type)

    def test_garbage_is_answered(self):
        for msg_type in ["execute_request", *REQUESTS]:
            for content in GARBAGE:
                reply = self.answered(self.send_raw(msg_type, content))["content"]
                self.assertIn(reply["status"], ("ok", "error", "unknown"), (msg_type, content))
                if msg_type == "execute_request":
                    self.assertEqual((reply["status"], reply["ename"]), ("error", "KERNEL008"), content)
        for content in [{"hist_access_type": "tail", "n": "many"}, {"hist_access_type": "range", "start": [], "session": "x"},
                        {"hist_access_type": "search", "pattern": 7}, {"hist_access_type": "search", "pattern": "[*" * 50}]:
            self.assertEqual(self.answered(self.send("history_request", content))["content"]["status"], "ok", content)
        for msg_type in ["interrupt_request", "create_subshell_request", "debug_request", "delete_subshell_request"]:
            for content in [None, 3, {"subshell_id": 3}, {"command": 3}]:
                self.answered(self.send_raw(msg_type, content, "control"), "control")
        self.drain()
        self.assertEqual(self.run_cell("1 + 1").result(), "2")

    def test_options_of_the_wrong_type_do_no_harm(self):
        for options in [
            {"user_expressions": 3}, {"user_expressions": None}, {"user_expressions": ["a"]}, {"user_expressions": {"a": 3}},
            {"silent": "yes"}, {"store_history": None}, {"allow_stdin": 1}, {"stop_on_error": []},
        ]:
            reply = self.request("execute_request", {"code": "1", **options})
            self.assertEqual(reply["status"], "ok", options)
        for cursor in [-1, 10**9, "x", None, 1.5]:
            reply = self.request("complete_request", {"code": "JSON.pa", "cursor_pos": cursor})
            self.assertEqual(reply["status"], "ok", cursor)

    def test_missing_parts_are_taken_for_empty(self):
        for part in ("parent_header", "metadata", "content"):
            for value in (None, 3, "text", []):
                msg_id = self.send_raw("kernel_info_request", **{"content": {}, part: value})
                self.assertEqual(self.answered(msg_id)["content"]["status"], "ok")
        for metadata in [None, {"cellId": 3}, {"cellId": None, "deletedCells": 1}]:
            msg_id = self.send_raw("execute_request", {"code": "1"}, metadata=metadata)
            self.assertEqual(self.answered(msg_id)["content"]["status"], "ok")

    def test_the_same_id_twice_is_refused(self):
        message = self.client.session.msg("execute_request", {"code": "globalThis.times = (globalThis.times ?? 0) + 1"})
        for status in ("ok", "error"):
            message["content"]["silent"] = status == "error"
            self.client.session.send(self.client.shell_channel.socket, message)
            self.assertEqual(reply_to(self.client, message["header"]["msg_id"])["content"]["status"], status)
        self.assertEqual(self.run_cell("(globalThis as any).times").result(), "1")

    def test_forged_and_replayed_messages_are_dropped(self):
        socket = zmq.Context.instance().socket(zmq.DEALER)
        socket.connect(f"tcp://{self.manager.ip}:{self.manager.shell_port}")
        message = self.client.session.msg("execute_request", {"code": "globalThis.forged = (globalThis.forged ?? 0) + 1"})
        frames = self.client.session.serialize(message)
        at = frames.index(b"<IDS|MSG>")
        for signature in [b"0" * 64, b"", b"\xff" * 64, frames[at + 1][:-1], frames[at + 1].upper() + b" "]:
            socket.send_multipart([*frames[: at + 1], signature, *frames[at + 2 :]])
        for broken in [[b""], [b"<IDS|MSG>"], frames[:-1], [b"x" * 1000], frames[at + 1 :]]:
            socket.send_multipart(broken)
        self.assertEqual(socket.poll(300), 0)
        self.assertEqual(self.run_cell("(globalThis as any).forged ?? 'none'").result(), "'none'")
        socket.send_multipart(frames)
        self.assertTrue(socket.poll(5000))
        socket.recv_multipart()
        socket.send_multipart(frames)
        self.assertEqual(socket.poll(300), 0)
        socket.close(0)
        self.drain()
        self.assertEqual(self.run_cell("(globalThis as any).forged").result(), "1")

    def test_huge_frames(self):
        text = "x" * 20_000_000
        self.assertEqual(self.run_cell(f"const big = '{text}'; big.length").result(), "20000000")
        msg_id = self.send("comm_msg", {"comm_id": "none", "data": {"text": text}}, buffers=[b"y" * 10_000_000])
        self.iopub_until(lambda m: is_idle(m) and m["parent_header"].get("msg_id") == msg_id)
        cell = self.run_cell("display.bundle({ 'text/plain': big }); 0")
        self.assertEqual(len(cell.contents("display_data")[0]["data"]["text/plain"]), 20_000_000)

    def test_deep_content_does_no_harm(self):
        deep = "[" * 50_000 + "]" * 50_000
        header = self.client.session.msg_header("execute_request")
        parts = [self.client.session.pack(header), b"{}", b"{}", b'{"code": "1", "user_expressions": %s}' % deep.encode()]
        frames = [b"<IDS|MSG>", self.client.session.sign(parts), *parts]
        self.client.shell_channel.socket.send_multipart(frames)
        self.assertIn(reply_to(self.client, header["msg_id"])["content"]["status"], ("ok", "error"))
        self.assertEqual(self.run_cell("1").result(), "1")

    def test_is_complete(self):
        for code, status in [("1", "complete"), ("f(", "incomplete"), ("let = ;", "invalid"), ("", "complete")]:
            self.assertEqual(self.request("is_complete_request", {"code": code})["status"], status, code)

    def test_a_burst_of_requests_is_answered_in_order(self):
        ids = [self.client.execute(f"{i}") if i % 2 else self.client.kernel_info() for i in range(200)]
        self.assertEqual([self.client.get_shell_msg(timeout=20)["parent_header"]["msg_id"] for _ in ids], ids)


class Shutdown(unittest.TestCase):
    def test_everything_is_answered_when_the_kernel_ends(self):
        manager, client = start()
        running = client.execute("await new Promise(() => {})")
        waiting = [client.execute("1"), client.kernel_info()]
        time.sleep(0.3)
        message = client.session.msg("shutdown_request", {"restart": False})
        client.control_channel.send(message)
        replies = {}
        for _ in range(3):
            reply = client.get_shell_msg(timeout=10)
            replies[reply["parent_header"]["msg_id"]] = reply["content"]["status"]
        self.assertEqual(replies, {running: "error", waiting[0]: "aborted", waiting[1]: "aborted"})
        shutdown = client.get_control_msg(timeout=10)
        self.assertEqual((shutdown["msg_type"], shutdown["content"]), ("shutdown_reply", {"status": "ok", "restart": False}))
        end = time.monotonic() + 5
        while manager.is_alive() and time.monotonic() < end:
            time.sleep(0.05)
        self.assertFalse(manager.is_alive())
        self.assertEqual(manager.provisioner.process.wait(), 0)
        client.stop_channels()

    def test_restart_forgets_everything(self):
        manager, client = start()
        client.execute_interactive("let kept = 1", timeout=10)
        manager.restart_kernel(now=False)
        client.wait_for_ready(timeout=30)
        reply = client.execute_interactive("typeof kept", timeout=10, output_hook=lambda _: None)
        self.assertEqual(reply["content"]["execution_count"], 1)
        client.stop_channels()
        manager.shutdown_kernel()

    def test_shutdown_while_a_loop_runs(self):
        manager, client = start()
        client.execute("while (true) {}")
        time.sleep(0.3)
        begin = time.monotonic()
        manager.shutdown_kernel()
        self.assertLess(time.monotonic() - begin, 4)
        client.stop_channels()


if __name__ == "__main__":
    unittest.main()
