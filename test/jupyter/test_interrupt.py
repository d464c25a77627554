"""Interrupts: of whatever runs or waits, by message and by signal, with all state kept."""

import os
import time
import unittest

from support import Cell, KernelTestCase, is_idle


class Interrupts(KernelTestCase):
    def interrupt_after(self, code, seconds=0.5):
        cell = Cell(self.client, code)
        time.sleep(seconds)
        begin = time.monotonic()
        self.manager.interrupt_kernel()
        cell.wait()
        self.assertEqual(cell.reply["status"], "error", code)
        self.assertEqual(cell.reply["ename"], "Interrupted", code)
        self.assertEqual(len(cell.contents("error")), 1, code)
        return time.monotonic() - begin

    def test_interrupts_stop_every_kind_of_waiting_and_keep_state(self):
        self.run_cell("let kept = 41; const buffer = new Int32Array(new SharedArrayBuffer(4))")
        for code in [
            "while (true) {}",
            "await null; while (true) {}",
            "while (true) await null",
            "await new Promise(() => {})",
            "while (true) { await new Promise(r => setTimeout(r, 10)) }",
            "setTimeout(() => { while (true) {} }, 1); await new Promise(() => {})",
            "while (true) { try { while (true) {} } catch {} finally { while (true) {} } }",
            "/(a+)+b/.test('a'.repeat(40))",
            "Atomics.wait(buffer, 0, 0)",
            "for await (const _ of (async function* () { while (true) yield await null })()) {}",
        ]:
            self.assertLess(self.interrupt_after(code), 1.0, code)
            after = self.run_cell("kept += 1\nawait new Promise(r => setTimeout(r, 1)); kept")
            self.assertEqual(after.reply["status"], "ok", (code, after.reply))
        self.assertEqual(self.run_cell("kept").result(), "51")

    def test_an_interrupted_loop_does_not_go_on_in_the_background(self):
        self.interrupt_after("while (true) { await new Promise(r => setTimeout(r, 20)); console.log('tick') }")
        cell = Cell(self.client, "await new Promise(r => setTimeout(r, 300)); 1")
        messages = self.iopub_until(lambda m: m["parent_header"].get("msg_id") == cell.id and is_idle(m))
        self.client.get_shell_msg(timeout=10)
        self.assertEqual([m for m in messages if m["msg_type"] == "stream"], [])

    def test_sigint_interrupts_too(self):
        cell = Cell(self.client, "while (true) {}")
        time.sleep(0.3)
        os.kill(self.manager.provisioner.pid, 2)
        cell.wait()
        self.assertEqual(cell.reply["ename"], "Interrupted")

    def test_an_interrupt_that_comes_before_the_cell_has_begun_is_not_lost(self):
        for seconds in [0, 0.001, 0.002, 0.005, 0.01] * 4:
            self.assertLess(self.interrupt_after("await new Promise(() => {})", seconds), 2.0)

    def test_an_interrupt_while_the_compiler_works_is_not_lost(self):
        for _ in range(3):
            self.interrupt_after("enum E { a }\nwhile (true) {}", 0.02)

    def test_an_interrupt_stops_what_waits_behind_too(self):
        running = self.client.execute("while (true) {}")
        behind = self.client.execute("globalThis.ranBehind = true")
        time.sleep(0.3)
        self.manager.interrupt_kernel()
        statuses = {}
        for _ in range(2):
            reply = self.client.get_shell_msg(timeout=10)
            statuses[reply["parent_header"]["msg_id"]] = reply["content"]["status"]
        self.assertEqual((statuses[running], statuses[behind]), ("error", "aborted"))
        self.assertEqual(self.run_cell("(globalThis as any).ranBehind ?? 'no'").result(), "'no'")

    def test_an_interrupt_of_nothing_does_nothing(self):
        self.assertEqual(self.request("interrupt_request", {}, "control"), {"status": "ok"})
        self.assertEqual(self.run_cell("1 + 1").result(), "2")

    def test_fifty_in_a_row(self):
        self.run_cell("let total = 0")
        for i in range(50):
            self.interrupt_after("total += 1; while (true) {}" if i % 2 else "total += 1; await new Promise(() => {})", 0.02)
        self.assertLessEqual(int(self.run_cell("total").result()), 50)
        self.assertEqual(self.run_cell("await import('node:fs').then(fs => typeof fs.readFileSync)").result(), "'function'")


if __name__ == "__main__":
    unittest.main()
