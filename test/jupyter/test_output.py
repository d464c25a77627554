"""Output: whole, in order, bounded, under its own cell, and never in the way of heartbeats and interrupts."""

import time
import unittest

import zmq
from support import Cell, KernelTestCase, is_idle


class Output(KernelTestCase):
    def test_a_flood_arrives_whole_in_order_and_before_idle(self):
        cell = self.run_cell("for (let i = 0; i < 100000; i++) console.log(i)")
        self.assertEqual(cell.text(), "".join(f"{i}\n" for i in range(100000)))
        self.assertLess(len(cell.contents("stream")), 500)

    def test_a_million_lines_arrive_and_hold_up_no_heartbeat(self):
        beats = Heartbeats(self.manager)
        cell = Cell(self.client, "for (let i = 0; i < 1_000_000; i++) console.log('line', i)")
        slowest = beats.slowest(2.0)
        text = cell.wait(120).text()
        self.assertEqual(text, "".join(f"line {i}\n" for i in range(1_000_000)))
        self.assertLess(slowest, 1.0)

    def test_a_flood_is_interrupted_at_once(self):
        cell = Cell(self.client, "while (true) console.log('more and more')")
        time.sleep(1)
        begin = time.monotonic()
        self.manager.interrupt_kernel()
        cell.wait()
        self.assertLess(time.monotonic() - begin, 3.0)
        self.assertEqual(cell.reply["ename"], "Interrupted")

    def test_what_a_cell_prints_is_bounded_and_said_to_be(self):
        cell = self.run_cell("const mebi = 'x'.repeat(1 << 20); for (let i = 0; i < 64; i++) console.log(mebi)")
        self.assertEqual(len(cell.text()), 32_000_000)
        self.assertIn("is dropped", cell.text("stderr"))
        self.assertEqual(self.run_cell("console.log('next')").text(), "next\n")

    def test_streams_keep_their_order_also_among_displays(self):
        code = "for (let i = 0; i < 3; i++) { console.log(i); console.error(i); display.text(String(i)) }"
        cell = self.run_cell(code)
        kinds = [
            m["content"].get("name", m["msg_type"])
            for m in cell.messages
            if m["msg_type"] in ("stream", "display_data")
        ]
        self.assertEqual(kinds, ["stdout", "stderr", "display_data"] * 3)

    def test_streams_that_take_turns_do_not_become_a_flood_of_messages(self):
        cell = self.run_cell("for (let i = 0; i < 20000; i++) { console.log(i); console.error(i) }")
        lines = "".join(f"{i}\n" for i in range(20000))
        self.assertEqual((cell.text(), cell.text("stderr")), (lines, lines))
        self.assertLess(len(cell.contents("stream")), 4000)

    def test_a_display_that_changes_all_the_time_sends_its_last_state(self):
        cell = self.run_cell("const p = display.text('0'); for (let i = 1; i <= 20000; i++) await p.update(i)")
        updates = cell.contents("update_display_data")
        self.assertEqual(updates[-1]["data"]["text/plain"], "20000")
        self.assertLess(len(updates), 3000)

    def test_late_output_belongs_to_its_own_cell(self):
        first = Cell(self.client, "setTimeout(() => console.log('late'), 200); 1")
        first.wait()
        second = Cell(self.client, "await new Promise(r => setTimeout(r, 500)); console.log('mine')")
        messages = self.iopub_until(lambda m: m["parent_header"].get("msg_id") == second.id and is_idle(m))
        seen = [(m["content"]["text"], m["parent_header"]["msg_id"]) for m in messages if m["msg_type"] == "stream"]
        self.client.get_shell_msg(timeout=10)
        self.assertEqual(seen, [("late\n", first.id), ("mine\n", second.id)])

    def test_late_output_of_every_kind_belongs_to_its_own_cell(self):
        code = """
            Promise.resolve().then(() => new Promise(r => setTimeout(r, 150))).then(() => console.error('promise'))
            setTimeout(() => display.text('display'), 200)
            setTimeout(() => { throw new Error('thrown late') }, 250)
            void Promise.reject(new Error('nobody waits'))
        """
        first = self.run_cell(code)
        second = Cell(self.client, "await new Promise(r => setTimeout(r, 600))")
        messages = self.iopub_until(lambda m: m["parent_header"].get("msg_id") == second.id and is_idle(m))
        self.client.get_shell_msg(timeout=10)
        of_second = [m["msg_type"] for m in messages if m["parent_header"].get("msg_id") == second.id]
        self.assertEqual(of_second, ["status", "execute_input", "status"])
        late = first.messages + [m for m in messages if m["parent_header"].get("msg_id") == first.id]
        text = "".join(m["content"]["text"] for m in late if m["msg_type"] == "stream")
        for said in ["promise", "thrown late", "nobody waits"]:
            self.assertIn(said, text)
        self.assertIn("display_data", [m["msg_type"] for m in late])

    def test_what_native_code_and_child_processes_print_appears(self):
        code = "import { spawnSync } from 'node:child_process'; spawnSync('echo', ['from a child'], { stdio: 'inherit' })\n0"
        cell = self.run_cell(code)
        after = self.run_cell("await new Promise(r => setTimeout(r, 200))")
        self.assertIn("from a child", cell.text() + after.text())


class Heartbeats:
    """A client's heartbeat socket."""

    def __init__(self, manager):
        self.socket = zmq.Context.instance().socket(zmq.REQ)
        self.socket.linger = 0
        self.socket.connect(f"tcp://{manager.ip}:{manager.hb_port}")

    def slowest(self, seconds):
        """The longest time in seconds that an answer took."""
        slowest = 0.0
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            begin = time.monotonic()
            self.socket.send(b"ping")
            assert self.socket.poll(10_000), "no heartbeat"
            assert self.socket.recv() == b"ping"
            slowest = max(slowest, time.monotonic() - begin)
            time.sleep(0.02)
        self.socket.close()
        return slowest


if __name__ == "__main__":
    unittest.main()
