"""Comms: both ways, with buffers, closed when nobody is there."""

import unittest

from support import KernelTestCase, is_idle


def comm(event, comm_id):
    return lambda m: m["msg_type"] == f"comm_{event}" and m["content"]["comm_id"] == comm_id


class Comms(KernelTestCase):
    def test_a_target_that_nobody_registered_is_closed_at_once(self):
        msg_id = self.send("comm_open", {"comm_id": "c1", "target_name": "nobody", "data": {}})
        messages = self.iopub_until(lambda m: is_idle(m) and m["parent_header"].get("msg_id") == msg_id)
        self.assertEqual(len([m for m in messages if comm("close", "c1")(m)]), 1)
        self.assertNotIn("c1", self.request("comm_info_request", {})["comms"])

    def test_a_client_opens_speaks_and_closes(self):
        self.run_cell("""
            const log: unknown[] = []
            display.comms.register('echo', (comm, data) => {
                log.push(data)
                comm.onMessage((question, buffers) => {
                    console.log('heard', question)
                    comm.send({ echo: question }, { buffers: [...buffers, new Uint8Array([9])] })
                })
                comm.onClose(data => log.push(data))
            })
        """)
        self.send("comm_open", {"comm_id": "c2", "target_name": "echo", "data": {"hello": 1}})
        msg_id = self.send("comm_msg", {"comm_id": "c2", "data": {"n": 1}}, buffers=[b"\x00\xff"])
        messages = self.iopub_until(lambda m: is_idle(m) and m["parent_header"].get("msg_id") == msg_id)
        answer = next(m for m in messages if comm("msg", "c2")(m))
        self.assertEqual(answer["content"]["data"], {"echo": {"n": 1}})
        self.assertEqual([bytes(b) for b in answer["buffers"]], [b"\x00\xff", b"\x09"])
        printed = next(m for m in messages if m["msg_type"] == "stream")
        self.assertEqual(printed["content"]["text"], "heard { n: 1 }\n")
        info = self.request("comm_info_request", {"target_name": "echo"})
        self.assertEqual(info["comms"], {"c2": {"target_name": "echo"}})
        self.assertEqual(self.request("comm_info_request", {"target_name": "other"})["comms"], {})
        self.send("comm_close", {"comm_id": "c2", "data": {"bye": 1}})
        self.assertEqual(self.run_cell("JSON.stringify(log)").result(), """'[{"hello":1},{"bye":1}]'""")
        self.assertNotIn("c2", self.request("comm_info_request", {})["comms"])

    def test_a_cell_opens_and_hears(self):
        cell = self.run_cell("""
            const mine = display.comms.open('front', { a: 1 })
            const heard: unknown[] = []
            mine.onMessage(data => heard.push(data))
            mine.send({ b: 2 })
        """)
        opened, sent = cell.contents("comm_open")[0], cell.contents("comm_msg")[0]
        self.assertEqual((opened["target_name"], opened["data"], sent["data"]), ("front", {"a": 1}, {"b": 2}))
        self.send("comm_msg", {"comm_id": opened["comm_id"], "data": {"c": 3}})
        self.assertEqual(self.run_cell("heard").result(), "[ { c: 3 } ]")
        self.assertEqual(self.run_cell("mine.close(); 0").contents("comm_close")[0]["comm_id"], opened["comm_id"])

    def test_a_handler_that_fails_or_never_ends_does_no_harm(self):
        self.run_cell("display.comms.register('bad', comm => comm.onMessage(data => { if (data.loop) while (true) {} ; throw new Error('as asked') }))")
        self.send("comm_open", {"comm_id": "c3", "target_name": "bad", "data": {}})
        msg_id = self.send("comm_msg", {"comm_id": "c3", "data": {}})
        messages = self.iopub_until(lambda m: is_idle(m) and m["parent_header"].get("msg_id") == msg_id)
        text = "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream")
        self.assertIn("as asked", text)
        self.send("comm_msg", {"comm_id": "c3", "data": {"loop": True}})
        self.drain(0.3)
        self.manager.interrupt_kernel()
        self.assertEqual(self.run_cell("1 + 1").result(), "2")

    def test_comms_end_with_the_process(self):
        cell = self.run_cell("const doomed = display.comms.open('front'); 0")
        comm_id = cell.contents("comm_open")[0]["comm_id"]
        self.client.execute("process.exit(1)")
        self.iopub_until(comm("close", comm_id))
        self.client.get_shell_msg(timeout=10)
        self.assertNotIn(comm_id, self.request("comm_info_request", {})["comms"])

    def test_garbage_is_answered(self):
        for content in [{}, {"comm_id": 3}, {"comm_id": "x", "target_name": None, "data": "text"}]:
            for msg_type in ["comm_open", "comm_msg", "comm_close"]:
                msg_id = self.send(msg_type, content)
                self.iopub_until(lambda m: is_idle(m) and m["parent_header"].get("msg_id") == msg_id)


if __name__ == "__main__":
    unittest.main()
