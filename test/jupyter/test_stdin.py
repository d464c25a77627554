"""Input: asked of the client whose cell it is and of no other, and only where that client can be asked."""

import queue
import time
import unittest

from support import Cell, KernelTestCase


class Stdin(KernelTestCase):
    def ask(self, code, answer):
        cell = Cell(self.client, code, allow_stdin=True)
        request = self.client.get_stdin_msg(timeout=10)
        self.assertEqual(request["msg_type"], "input_request")
        self.assertEqual(request["parent_header"]["msg_id"], cell.id)
        self.client.input(answer)
        return request["content"], cell.wait()

    def test_a_line_and_a_password(self):
        content, cell = self.ask("prompt('name?')", "Ada")
        self.assertEqual((content, cell.result()), ({"prompt": "name?", "password": False}, "'Ada'"))
        content, cell = self.ask("prompt('key', { password: true })", "größe 😀")
        self.assertEqual((content, cell.result()), ({"prompt": "key", "password": True}, "'größe 😀'"))

    def test_the_end_of_the_input_is_null(self):
        self.assertEqual(self.ask("prompt()", "\x04")[1].result(), "null")

    def test_what_was_printed_comes_before_the_question(self):
        cell = Cell(self.client, "console.log('first'); prompt('then')", allow_stdin=True)
        self.client.get_stdin_msg(timeout=10)
        message = self.iopub_until(lambda m: m["msg_type"] == "stream")[-1]
        self.assertEqual(message["content"]["text"], "first\n")
        self.client.input("")
        cell.wait()

    def test_a_client_that_cannot_be_asked_is_told_so(self):
        cell = self.run_cell("prompt('name?')", allow_stdin=False)
        self.assertEqual(cell.reply["ename"], "InputUnavailable")
        self.assertIn("allow_stdin", cell.reply["evalue"])
        self.assertRaises(queue.Empty, self.client.get_stdin_msg, timeout=0.2)

    def test_an_interrupt_ends_the_waiting_and_a_late_answer_is_dropped(self):
        cell = Cell(self.client, "prompt('first')", allow_stdin=True)
        request = self.client.get_stdin_msg(timeout=10)
        self.manager.interrupt_kernel()
        self.assertEqual(cell.wait().reply["ename"], "Interrupted")
        second = Cell(self.client, "prompt('second')", allow_stdin=True)
        self.client.get_stdin_msg(timeout=10)
        late = self.client.session.msg("input_reply", {"value": "late"}, parent=request)
        self.client.stdin_channel.send(late)
        time.sleep(0.2)
        self.client.input("right")
        self.assertEqual(second.wait().result(), "'right'")

    def test_of_two_clients_the_one_that_runs_the_cell_is_asked(self):
        other = self.another_client()
        cell = Cell(self.client, "prompt('who?')", allow_stdin=True)
        self.assertEqual(self.client.get_stdin_msg(timeout=10)["content"]["prompt"], "who?")
        self.assertRaises(queue.Empty, other.get_stdin_msg, timeout=0.3)
        other.input("not asked")
        time.sleep(0.2)
        self.client.input("asked")
        self.assertEqual(cell.wait().result(), "'asked'")
        asking = Cell(other, "prompt('and you?')", allow_stdin=True)
        self.assertEqual(other.get_stdin_msg(timeout=10)["content"]["prompt"], "and you?")
        other.input("other")
        self.assertEqual(asking.wait().result(), "'other'")
        other.stop_channels()


if __name__ == "__main__":
    unittest.main()
