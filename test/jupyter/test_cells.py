"""What a person does with cells through jupyter_client: names, errors, expressions, execution counts."""

import unittest

from support import KernelTestCase


class Cells(KernelTestCase):
    def test_types_imports_await_and_redeclaration(self):
        self.assertEqual(self.run_cell("import { EOL } from 'node:os'\nconst n: number = await Promise.resolve(2)\nn").result(), "2")
        self.assertEqual(self.run_cell("let n = 'text'\nfunction later() { return n }\nn").result(), "'text'")
        self.assertEqual(self.run_cell("class n {}\nlater() === n && EOL.length > 0").result(), "true")

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

    def test_silent_shows_nothing_and_does_not_count(self):
        before = self.run_cell("0").reply["execution_count"]
        cell = self.run_cell("let quiet = 3; quiet", silent=True)
        self.assertEqual(cell.contents("execute_input") + cell.contents("execute_result"), [])
        failing = self.run_cell("throw new Error('no')", silent=True)
        self.assertEqual((failing.contents("error"), failing.reply["status"]), ([], "error"))
        self.assertEqual(self.run_cell("quiet", store_history=False).reply["execution_count"], before)
        self.assertEqual(self.run_cell("  \n").reply["execution_count"], before)
        after = self.run_cell("quiet")
        self.assertEqual((after.result(), after.reply["execution_count"]), ("3", before + 1))
        self.assertEqual(after.contents("execute_input")[0]["execution_count"], before + 1)
        self.assertEqual(after.contents("execute_result")[0]["execution_count"], before + 1)

    def test_each_user_expression_fails_on_its_own(self):
        expressions = {"good": "1 + 3", "bad": "nowhere", "wrong": "1 +", "late": "await Promise.resolve(7)"}
        cell = self.run_cell("1", user_expressions=expressions)
        results = cell.reply["user_expressions"]
        self.assertEqual(cell.reply["status"], "ok")
        self.assertEqual(results["good"]["data"]["text/plain"], "4")
        self.assertEqual(results["late"]["data"]["text/plain"], "7")
        self.assertEqual(results["bad"]["ename"], "ReferenceError")
        self.assertEqual(results["wrong"]["ename"], "SyntaxError")
        failed = self.run_cell("throw new Error('no')", user_expressions={"good": "1"})
        self.assertEqual(failed.reply["status"], "error")

    def test_a_page_is_a_payload_of_the_reply(self):
        for code in ["%help JSON", "%help"]:
            reply = self.run_cell(code).reply
            self.assertEqual([p["source"] for p in reply["payload"]], ["page"], code)
            self.assertIn("text/plain", reply["payload"][0]["data"])
        self.assertEqual(self.run_cell("1").reply["payload"], [])

    def test_displays_are_updated_and_cleared_by_their_cell(self):
        cell = self.run_cell("const d = display.html('<i>1</i>'); await d.update('<i>2</i>'); display.clear({ wait: true })")
        shown = cell.contents("display_data")[0]
        updates = cell.contents("update_display_data")
        self.assertTrue(shown["transient"]["display_id"])
        self.assertEqual(updates[-1]["transient"], shown["transient"])
        self.assertEqual(updates[-1]["data"]["text/html"], "<i>2</i>")
        self.assertEqual(cell.contents("clear_output"), [{"wait": True}])
        later = self.run_cell("await d.update('<i>3</i>')")
        self.assertEqual(later.contents("update_display_data")[0]["transient"], shown["transient"])

    def test_completion_and_hover_answer_positions_in_code_points(self):
        code = "'😀'; JSON.pars"
        reply = self.request("complete_request", {"code": code, "cursor_pos": len(code)})
        self.assertEqual((reply["matches"], reply["cursor_start"], reply["cursor_end"]), (["parse"], 10, 14))
        types = reply["metadata"]["_jupyter_types_experimental"]
        self.assertEqual([(t["text"], t["start"], t["end"]) for t in types], [("parse", 10, 14)])
        self.assertTrue(types[0]["type"])
        reply = self.request("inspect_request", {"code": code + "e", "cursor_pos": len(code), "detail_level": 0})
        self.assertTrue(reply["found"])
        self.assertFalse(self.request("inspect_request", {"code": "  ", "cursor_pos": 1})["found"])


if __name__ == "__main__":
    unittest.main()
