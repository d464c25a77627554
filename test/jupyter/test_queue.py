"""The order of requests: followers of a failure, subshells, several clients."""

import time
import unittest

from support import Cell, KernelTestCase, is_idle, reply_to


class Queue(KernelTestCase):
    def statuses(self, ids, timeout=20):
        """The status of each execute request, in the order of the replies."""
        statuses = {}
        while len(statuses) < len(ids):
            reply = self.client.get_shell_msg(timeout=timeout)
            if reply["parent_header"].get("msg_id") in ids:
                statuses[reply["parent_header"]["msg_id"]] = reply["content"]["status"]
        self.assertEqual(list(statuses), ids)
        return list(statuses.values())

    def replies(self, ids, timeout=20):
        """What each request was answered, in the order of the requests; the start may have left other replies."""
        contents = {}
        while len(contents) < len(ids):
            reply = self.client.get_shell_msg(timeout=timeout)
            if reply["parent_header"].get("msg_id") in ids:
                contents[reply["parent_header"]["msg_id"]] = reply["content"]
        return [contents[i] for i in ids]

    def test_cells_behind_a_failed_one_are_aborted_and_later_ones_run(self):
        failing = self.client.execute("await new Promise(r => setTimeout(r, 100)); throw new Error('no')")
        behind = [self.client.execute("globalThis.ran = true") for _ in range(3)]
        self.assertEqual(self.statuses([failing, *behind]), ["error", "aborted", "aborted", "aborted"])
        self.assertEqual(self.run_cell("(globalThis as any).ran ?? 'no'").result(), "'no'")

    def test_cells_sent_before_the_failure_could_be_known_are_aborted(self):
        for _ in range(5):
            ids = [self.client.execute(code) for code in ["throw new Error('at once')", "1", "2"]]
            self.assertEqual(self.statuses(ids), ["error", "aborted", "aborted"])
            self.assertEqual(self.run_cell("'later'").result(), "'later'")

    def test_every_aborted_cell_is_busy_once_and_idle_once(self):
        ids = [self.client.execute(code) for code in ["throw new Error('no')", "1", "2"]]
        messages = self.iopub_until(lambda m: is_idle(m) and m["parent_header"].get("msg_id") == ids[-1])
        self.statuses(ids)
        for msg_id in ids:
            of = [m for m in messages if m["parent_header"].get("msg_id") == msg_id]
            states = [m["content"]["execution_state"] for m in of if m["msg_type"] == "status"]
            self.assertEqual(states, ["busy", "idle"])

    def test_what_is_not_an_execute_request_is_answered_behind_a_failure(self):
        failing = self.client.execute("await new Promise(r => setTimeout(r, 50)); throw new Error('no')")
        info = self.client.kernel_info()
        self.assertEqual(reply_to(self.client, failing)["content"]["status"], "error")
        self.assertEqual(reply_to(self.client, info)["content"]["status"], "ok")

    def test_stop_on_error_false_goes_on(self):
        ids = [
            self.client.execute("await new Promise(r => setTimeout(r, 50)); throw new Error('no')", stop_on_error=False),
            self.client.execute("1"),
        ]
        self.assertEqual(self.statuses(ids), ["error", "ok"])

    def subshells(self):
        return self.request("list_subshell_request", {}, "control")["subshell_id"]

    def test_subshells_run_beside_the_main_shell(self):
        info = self.request("kernel_info_request", {})
        self.assertIn("kernel subshells", info["supported_features"])
        first = self.request("create_subshell_request", {}, "control")["subshell_id"]
        second = self.request("create_subshell_request", {}, "control")["subshell_id"]
        self.assertEqual(self.subshells()[-2:], [first, second])
        main = self.client.execute("let flag = false; while (!flag) await new Promise(r => setTimeout(r, 10)); 'seen'")
        content = {"code": "flag = true; console.log('beside'); 'sub'", "silent": False, "allow_stdin": False}
        beside = self.send("execute_request", content, header={"subshell_id": first})
        messages = self.iopub_until(lambda m: is_idle(m) and m["parent_header"].get("msg_id") == main)
        self.drain()
        by_parent = {
            msg_id: [m for m in messages if m["parent_header"].get("msg_id") == msg_id] for msg_id in (main, beside)
        }
        results = {k: [m["content"]["data"]["text/plain"] for m in v if m["msg_type"] == "execute_result"] for k, v in by_parent.items()}
        self.assertEqual(results, {main: ["'seen'"], beside: ["'sub'"]})
        printed = [m["parent_header"]["msg_id"] for m in messages if m["msg_type"] == "stream"]
        self.assertEqual(printed, [beside])
        replies = {self.client.get_shell_msg(timeout=10)["parent_header"]["msg_id"] for _ in range(2)}
        self.assertEqual(replies, {main, beside})
        for subshell in (first, second):
            self.assertEqual(self.request("delete_subshell_request", {"subshell_id": subshell}, "control")["status"], "ok")
        self.assertFalse({first, second} & set(self.subshells()))

    def test_counts_and_outputs_of_cells_that_overlap_are_their_own(self):
        subshell = self.request("create_subshell_request", {}, "control")["subshell_id"]
        code = "for (let i = 0; i < 5; i++) { await new Promise(r => setTimeout(r, 20)); console.log('%s', i) }\n'%s'"
        main = self.client.execute(code % ("m", "m"))
        beside = self.send("execute_request", {"code": code % ("s", "s")}, header={"subshell_id": subshell})
        idle = set()
        messages = self.iopub_until(
            lambda m: is_idle(m) and (idle.add(m["parent_header"]["msg_id"]) or {main, beside} <= idle)
        )
        replies = [self.client.get_shell_msg(timeout=10) for _ in range(2)]
        counts = {}
        for msg_id, letter in ((main, "m"), (beside, "s")):
            of = [m for m in messages if m["parent_header"].get("msg_id") == msg_id]
            text = "".join(m["content"]["text"] for m in of if m["msg_type"] == "stream")
            self.assertEqual(text, "".join(f"{letter} {i}\n" for i in range(5)))
            seen = {m["content"]["execution_count"] for m in of if "execution_count" in m["content"]}
            seen |= {r["content"]["execution_count"] for r in replies if r["parent_header"]["msg_id"] == msg_id}
            self.assertEqual(len(seen), 1)
            counts[letter] = seen.pop()
        self.assertEqual(counts["s"], counts["m"] + 1)
        self.request("delete_subshell_request", {"subshell_id": subshell}, "control")

    def test_a_failure_aborts_in_its_own_shell_only(self):
        subshell = self.request("create_subshell_request", {}, "control")["subshell_id"]
        main = self.client.execute("await new Promise(r => setTimeout(r, 300)); 'main'")
        behind = self.client.execute("'behind'")
        header = {"subshell_id": subshell}
        failing = self.send("execute_request", {"code": "await new Promise(r => setTimeout(r, 50)); throw new Error('no')"}, header=header)
        after = self.send("execute_request", {"code": "1"}, header=header)
        replies = self.replies([main, behind, failing, after])
        self.assertEqual([r["status"] for r in replies], ["ok", "ok", "error", "aborted"])

    def test_an_interrupt_ends_the_cells_of_all_shells(self):
        subshell = self.request("create_subshell_request", {}, "control")["subshell_id"]
        main = self.client.execute("await new Promise(() => {})")
        beside = self.send("execute_request", {"code": "while (true) await null"}, header={"subshell_id": subshell})
        time.sleep(0.3)
        self.manager.interrupt_kernel()
        self.assertEqual([r["ename"] for r in self.replies([main, beside])], ["Interrupted", "Interrupted"])
        self.assertEqual(self.run_cell("1 + 1").result(), "2")

    def test_an_unknown_subshell_is_an_error(self):
        reply = self.request("execute_request", {"code": "1"}, header={"subshell_id": "nobody"})
        self.assertEqual((reply["status"], reply["ename"]), ("error", "KERNEL008"))
        reply = self.request("delete_subshell_request", {"subshell_id": "nobody"}, "control")
        self.assertEqual(reply["status"], "error")

    def test_two_clients_share_one_kernel(self):
        other = self.another_client()
        mine = Cell(self.client, "let shared = 1; await new Promise(r => setTimeout(r, 100)); shared")
        # Messages of two clients have no order of their own.
        self.iopub_until(lambda m: m["msg_type"] == "execute_input" and m["parent_header"].get("msg_id") == mine.id)
        theirs = Cell(other, "shared += 1; shared")
        self.assertEqual(mine.wait().result(), "1")
        self.assertEqual(theirs.wait().result(), "2")
        seen = self.iopub_until(lambda m: is_idle(m) and m["parent_header"].get("msg_id") == theirs.id)
        self.assertIn("execute_input", [m["msg_type"] for m in seen])
        self.assertEqual(theirs.messages[0]["parent_header"]["session"], other.session.session)
        other.stop_channels()


if __name__ == "__main__":
    unittest.main()
