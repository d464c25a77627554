"""What a person does with the kernel, through jupyter_client: order, interrupts, errors, crashes, forgery."""

import os
import time
import unittest

import zmq
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
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
        while True:
            reply = self.client.get_shell_msg(timeout=timeout)
            if reply["parent_header"].get("msg_id") == self.id:
                self.reply = reply["content"]
                return self

    def contents(self, msg_type):
        return [m["content"] for m in self.messages if m["msg_type"] == msg_type]

    def text(self, name="stdout"):
        return "".join(c["text"] for c in self.contents("stream") if c["name"] == name)

    def result(self):
        results = self.contents("execute_result")
        return results[0]["data"]["text/plain"] if results else None


class KernelScenarios(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.manager, cls.client = start_new_kernel(kernel_name="slipway", startup_timeout=TIMEOUT)

    @classmethod
    def tearDownClass(cls):
        cls.client.stop_channels()
        cls.manager.shutdown_kernel()

    def run_cell(self, code, **options):
        return Cell(self.client, code, **options).wait()

    def test_types_imports_await_and_redeclaration(self):
        self.assertEqual(self.run_cell("import { EOL } from 'node:os'\nconst n: number = await Promise.resolve(2)\nn").result(), "2")
        self.assertEqual(self.run_cell("let n = 'text'\nfunction later() { return n }\nn").result(), "'text'")
        self.assertEqual(self.run_cell("class n {}\nlater() === n && EOL.length > 0").result(), "true")

    def test_a_flood_arrives_whole_in_order_and_before_idle(self):
        cell = self.run_cell("for (let i = 0; i < 100000; i++) console.log(i)")
        self.assertEqual(cell.text(), "".join(f"{i}\n" for i in range(100000)))
        self.assertLess(len(cell.contents("stream")), 500)

    def test_late_output_belongs_to_its_own_cell(self):
        first = Cell(self.client, "setTimeout(() => console.log('late'), 200); 1")
        first.wait()
        second = Cell(self.client, "await new Promise(r => setTimeout(r, 500)); console.log('mine')")
        seen = []
        while True:
            message = self.client.get_iopub_msg(timeout=TIMEOUT)
            if message["msg_type"] == "stream":
                seen.append((message["content"]["text"], message["parent_header"]["msg_id"]))
            if message["parent_header"]["msg_id"] == second.id and message["content"].get("execution_state") == "idle":
                break
        self.client.get_shell_msg(timeout=TIMEOUT)
        self.assertEqual(seen, [("late\n", first.id), ("mine\n", second.id)])

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
        texts = []
        while True:
            message = self.client.get_iopub_msg(timeout=TIMEOUT)
            if message["msg_type"] == "stream":
                texts.append(message["content"]["text"])
            if message["parent_header"]["msg_id"] == cell.id and message["content"].get("execution_state") == "idle":
                break
        self.client.get_shell_msg(timeout=TIMEOUT)
        self.assertEqual(texts, [])

    def test_sigint_interrupts_too(self):
        cell = Cell(self.client, "while (true) {}")
        time.sleep(0.3)
        os.kill(self.manager.provisioner.pid, 2)
        cell.wait()
        self.assertEqual(cell.reply["ename"], "Interrupted")

    def test_errors_show_the_users_own_lines(self):
        cell = self.run_cell("const a = 1\nfunction boom(x: any) {\n  return x.y.z\n}\nboom({})")
        self.assertEqual(cell.reply["status"], "error")
        self.assertEqual(cell.reply["ename"], "TypeError")
        trace = "\n".join(cell.reply["traceback"])
        count = cell.contents("execute_input")[0]["execution_count"]
        self.assertIn(f"boom (Cell[{count}]:3:14)", trace)
        self.assertIn(f"Cell[{count}]:5:1", trace)
        self.assertNotIn("node:", trace)
        self.assertNotIn("child", trace)

    def test_cells_behind_a_failed_one_are_aborted(self):
        failing = self.client.execute("await new Promise(r => setTimeout(r, 100)); throw new Error('no')")
        behind = self.client.execute("globalThis.ran = true")
        statuses = {}
        for _ in range(2):
            reply = self.client.get_shell_msg(timeout=TIMEOUT)
            statuses[reply["parent_header"]["msg_id"]] = reply["content"]["status"]
        self.assertEqual(statuses[failing], "error")
        self.assertEqual(statuses[behind], "aborted")
        self.assertEqual(self.run_cell("(globalThis as any).ran ?? 'no'").result(), "'no'")

    def test_silent_and_user_expressions(self):
        cell = self.run_cell("let quiet = 3; quiet", silent=True)
        self.assertEqual(cell.contents("execute_input") + cell.contents("execute_result"), [])
        cell = self.run_cell("1", user_expressions={"good": "quiet + 1", "bad": "nowhere"})
        self.assertEqual(cell.reply["user_expressions"]["good"]["data"]["text/plain"], "4")
        self.assertEqual(cell.reply["user_expressions"]["bad"]["ename"], "ReferenceError")

    def test_prompt_asks_the_client(self):
        cell = Cell(self.client, "prompt('name?')", allow_stdin=True)
        request = self.client.get_stdin_msg(timeout=TIMEOUT)
        self.assertEqual(request["content"], {"prompt": "name?", "password": False})
        self.client.input("Ada")
        self.assertEqual(cell.wait().result(), "'Ada'")
        self.assertEqual(self.run_cell("prompt('name?')", allow_stdin=False).result(), "null")

    def test_a_crash_is_told_and_a_new_process_started(self):
        cell = self.run_cell("process.kill(process.pid, 'SIGSEGV'); await new Promise(() => {})")
        self.assertEqual(cell.reply["ename"], "KERNEL003")
        self.assertIn("SIGSEGV", cell.reply["evalue"])
        self.assertEqual(self.run_cell("1 + 1").result(), "2")

    def test_a_comm_without_target_is_closed(self):
        message = self.client.session.msg("comm_open", {"comm_id": "c1", "target_name": "nobody", "data": {}})
        self.client.shell_channel.send(message)
        while True:
            answer = self.client.get_iopub_msg(timeout=TIMEOUT)
            if answer["msg_type"] == "comm_close":
                self.assertEqual(answer["content"]["comm_id"], "c1")
                return

    def test_a_forged_message_is_dropped(self):
        socket = zmq.Context.instance().socket(zmq.DEALER)
        socket.connect(f"tcp://{self.manager.ip}:{self.manager.shell_port}")
        message = self.client.session.msg("execute_request", {"code": "globalThis.forged = 1", "silent": False})
        frames = self.client.session.serialize(message)
        at = frames.index(b"<IDS|MSG>")
        frames[at + 1] = b"0" * 64
        socket.send_multipart(frames)
        self.assertEqual(socket.poll(500), 0)
        socket.close(0)
        self.assertEqual(self.run_cell("(globalThis as any).forged ?? 'none'").result(), "'none'")


if __name__ == "__main__":
    unittest.main()
