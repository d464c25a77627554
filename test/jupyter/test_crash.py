"""Crashes of the process that runs cells: told with their cause, and a new process runs the next cell."""

import unittest

from support import Cell, KernelTestCase


class Crashes(KernelTestCase):
    def crash(self, code, expected, timeout=60):
        cell = Cell(self.client, code).wait(timeout)
        self.assertEqual((cell.reply["status"], cell.reply["ename"]), ("error", "KERNEL003"), code)
        self.assertEqual(len(cell.contents("error")), 1)
        self.assertIn(expected, cell.reply["evalue"])
        self.assertEqual(self.run_cell("1 + 1").result(), "2")
        self.assertEqual(self.run_cell("typeof before").result(), "'undefined'")
        return cell

    def setUp(self):
        self.run_cell("let before = 1")

    def test_process_exit(self):
        cell = self.crash("console.log('last words'); process.exit(3)", "exit code 3")
        self.assertEqual(cell.text(), "last words\n")

    def test_abort(self):
        self.crash("process.abort()", "SIGABRT")

    def test_a_crash_of_native_code(self):
        self.crash("process.kill(process.pid, 'SIGSEGV'); await new Promise(() => {})", "SIGSEGV")

    def test_memory_that_runs_out(self):
        code = """
            import v8 from 'node:v8'
            v8.setFlagsFromString('--max-old-space-size=100')
            const all = []; while (true) all.push(new Array(1e5).fill(Math.random()))
        """
        self.crash(code, "memory")

    def test_a_crash_between_cells_is_told_under_the_last(self):
        cell = self.run_cell("setTimeout(() => process.exit(7), 100)")
        message = self.iopub_until(lambda m: m["msg_type"] == "stream" and "exit code 7" in m["content"]["text"])[-1]
        self.assertEqual(message["parent_header"]["msg_id"], cell.id)
        self.assertEqual(self.run_cell("2").result(), "2")

    def test_cells_behind_a_crash_are_aborted(self):
        crashing = self.client.execute("await new Promise(r => setTimeout(r, 100)); process.exit(1)")
        behind = self.client.execute("1")
        statuses = {}
        for _ in range(2):
            reply = self.client.get_shell_msg(timeout=30)
            statuses[reply["parent_header"]["msg_id"]] = reply["content"]["status"]
        self.assertEqual((statuses[crashing], statuses[behind]), ("error", "aborted"))


if __name__ == "__main__":
    unittest.main()
