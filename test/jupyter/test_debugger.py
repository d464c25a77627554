"""Debugging through jupyter_client, in the order in which JupyterLab asks."""

import queue
import time
import unittest

from jupyter_client.manager import start_new_kernel

TIMEOUT = 30

FIRST = """function scale(x: number): number {
  const factor = 10
  return x * factor
}"""
SECOND = """const values = [1, 2, 3]
const total = values.reduce((a, b) => a + b)
scale(total)"""


def murmur2(text, seed):
    """The hash by which JupyterLab names a cell's text."""
    multiplier, mask = 0x5BD1E995, 0xFFFFFFFF
    data = text.encode()
    value = seed ^ len(data)
    end = len(data) & ~3
    for i in range(0, end, 4):
        block = int.from_bytes(data[i : i + 4], "little") * multiplier & mask
        block = (block ^ block >> 24) * multiplier & mask
        value = value * multiplier & mask ^ block
    if end < len(data):
        value = (value ^ int.from_bytes(data[end:], "little")) * multiplier & mask
    value = (value ^ value >> 13) * multiplier & mask
    return value ^ value >> 15


class DebuggerTests(unittest.TestCase):
    def setUp(self):
        self.manager, self.client = start_new_kernel(kernel_name="slipway", startup_timeout=TIMEOUT)
        self.addCleanup(self.stop)
        self.seq = 0
        self.events = []

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def ask(self, command, arguments=None):
        """The whole response, as the protocol has it."""
        content = {"type": "request", "seq": self.seq, "command": command, "arguments": arguments or {}}
        self.seq += 1
        message = self.client.session.msg("debug_request", content)
        self.client.control_channel.send(message)
        while True:
            reply = self.client.get_control_msg(timeout=TIMEOUT)
            if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                self.assertEqual(reply["msg_type"], "debug_reply")
                return reply["content"]

    def body(self, command, arguments=None):
        response = self.ask(command, arguments)
        self.assertTrue(response["success"], response)
        self.assertEqual(response["type"], "response")
        self.assertEqual(response["command"], command)
        self.assertEqual(response["request_seq"], self.seq - 1)
        return response["body"]

    def event(self, name):
        deadline = time.time() + TIMEOUT
        while time.time() < deadline:
            for event in self.events:
                if event["event"] == name:
                    self.events.remove(event)
                    return event["body"]
            try:
                message = self.client.get_iopub_msg(timeout=1)
            except queue.Empty:
                continue
            if message["msg_type"] == "debug_event":
                self.events.append(message["content"])
        self.fail(f"no event {name}")

    def attach(self):
        info = self.body("debugInfo")
        self.assertFalse(info["isStarted"])
        capabilities = self.body(
            "initialize",
            {
                "clientID": "jupyterlab",
                "clientName": "JupyterLab",
                "adapterID": "slipway",
                "pathFormat": "path",
                "linesStartAt1": True,
                "columnsStartAt1": True,
                "supportsVariableType": True,
                "supportsVariablePaging": True,
                "supportsRunInTerminalRequest": True,
                "locale": "en",
            },
        )
        self.assertTrue(capabilities["supportsSetVariable"])
        self.body("attach")
        self.event("initialized")
        return self.body("debugInfo")

    def test_kernel_info_tells_of_the_debugger(self):
        self.client.kernel_info()
        content = self.client.get_shell_msg(timeout=TIMEOUT)["content"]
        self.assertTrue(content["debugger"])
        self.assertIn("debugger", content["supported_features"])

    def test_as_jupyterlab_does(self):
        info = self.attach()
        self.assertTrue(info["isStarted"])
        self.assertEqual(info["hashMethod"], "Murmur2")
        self.assertEqual(info["breakpoints"], [])
        self.assertEqual(info["stoppedThreads"], [])
        self.client.execute_interactive(FIRST, timeout=TIMEOUT, output_hook=lambda message: None)
        paths = {}
        for source, line in ((FIRST, 3), (SECOND, 2)):
            path = self.body("dumpCell", {"code": source})["sourcePath"]
            known = f"{info['tmpFilePrefix']}{murmur2(source, info['hashSeed'])}{info['tmpFileSuffix']}"
            self.assertEqual(path, known)
            paths[source] = path
            arguments = {"breakpoints": [{"line": line}], "source": {"path": path}, "sourceModified": False}
            points = self.body("setBreakpoints", arguments)["breakpoints"]
            self.assertEqual([(p["verified"], p["line"]) for p in points], [(True, line)])
        self.body("configurationDone")
        kept = {entry["source"]: entry["breakpoints"] for entry in self.body("debugInfo")["breakpoints"]}
        self.assertEqual([p["line"] for p in kept[paths[FIRST]]], [3])

        cell = self.client.execute(SECOND)
        stopped = self.event("stopped")
        self.assertEqual((stopped["reason"], stopped["threadId"]), ("breakpoint", 1))
        self.assertEqual(self.body("debugInfo")["stoppedThreads"], [1])
        self.assertEqual([t["id"] for t in self.body("threads")["threads"]], [1])
        top = self.body("stackTrace", {"threadId": 1})["stackFrames"][0]
        self.assertEqual((top["line"], top["source"]["path"]), (2, paths[SECOND]))
        scopes = {s["name"]: s for s in self.body("scopes", {"frameId": top["id"]})["scopes"]}
        reference = scopes["Cells"]["variablesReference"]
        shown = {v["name"]: v for v in self.body("variables", {"variablesReference": reference})["variables"]}
        self.assertEqual(shown["values"]["value"], "(3) [1, 2, 3]")
        inner = self.body("variables", {"variablesReference": shown["values"]["variablesReference"]})["variables"]
        self.assertEqual([v["value"] for v in inner[:3]], ["1", "2", "3"])
        rich = self.body("richInspectVariables", {"variableName": "values", "frameId": top["id"]})
        self.assertEqual(rich["data"]["text/plain"], "[ 1, 2, 3 ]")
        self.assertEqual(self.body("source", {"source": {"path": paths[SECOND]}})["content"], SECOND)

        # Other requests are answered while the cell is paused.
        self.assertTrue(self.client.is_alive())
        message = self.client.session.msg("kernel_info_request", {})
        self.client.control_channel.send(message)
        self.assertEqual(self.client.get_control_msg(timeout=5)["msg_type"], "kernel_info_reply")

        self.body("next", {"threadId": 1})
        self.event("continued")
        self.assertEqual(self.event("stopped")["reason"], "step")
        self.body("continue", {"threadId": 1})
        self.event("stopped")
        frames = self.body("stackTrace", {"threadId": 1})["stackFrames"]
        self.assertEqual([(f["source"]["path"], f["line"]) for f in frames], [(paths[FIRST], 3), (paths[SECOND], 3)])
        evaluated = self.body("evaluate", {"context": "repl", "expression": "x * 2", "frameId": frames[0]["id"]})
        self.assertEqual(evaluated["result"], "12")
        self.body("copyToGlobals", {"srcVariableName": "x", "dstVariableName": "kept", "srcFrameId": frames[0]["id"]})
        self.body("continue", {"threadId": 1})
        reply = self.client.get_shell_msg(timeout=TIMEOUT)
        while reply["parent_header"].get("msg_id") != cell:
            reply = self.client.get_shell_msg(timeout=TIMEOUT)
        self.assertEqual(reply["content"]["status"], "ok")

        names = {v["name"]: v["value"] for v in self.body("inspectVariables")["variables"]}
        self.assertEqual((names["total"], names["kept"]), ("6", "6"))
        self.body("disconnect", {"restart": False, "terminateDebuggee": False})
        self.assertFalse(self.body("debugInfo")["isStarted"])

    def test_requests_that_cannot_be_are_answered(self):
        for command in ("stackTrace", "noSuchRequest"):
            response = self.ask(command)
            self.assertFalse(response["success"])
            self.assertTrue(response["message"])
        self.attach()
        self.assertFalse(self.ask("next", {"threadId": 1})["success"])
        self.assertFalse(self.ask("variables", {"variablesReference": 12345})["success"])

    def test_interrupting_a_paused_cell(self):
        self.attach()
        source = "for (;;) {\n  void 0\n}"
        path = self.body("dumpCell", {"code": source})["sourcePath"]
        self.body("setBreakpoints", {"breakpoints": [{"line": 2}], "source": {"path": path}})
        self.client.execute(source)
        self.event("stopped")
        self.manager.interrupt_kernel()
        self.assertEqual(self.client.get_shell_msg(timeout=10)["content"]["ename"], "Interrupted")
        self.event("continued")


if __name__ == "__main__":
    unittest.main()
