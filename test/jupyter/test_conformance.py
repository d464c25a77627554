"""jupyter_kernel_test's contract, with samples in TypeScript."""

import unittest

import jupyter_kernel_test


class SlipwayKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "slipway"
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = 'console.log("hello, world")'
    code_stderr = 'console.error("to stderr")'
    completion_samples = [
        {"text": "Number.isSafe", "matches": {"isSafeInteger"}},
        {"text": "const text = ''; text.toLower", "matches": {"toLowerCase"}},
    ]
    complete_code_samples = ["1", 'const x: number = 1', "function f() { return 1 }", "`a\nb`", "enum E { a }"]
    incomplete_code_samples = ["function f() {", "[1, 2", "`a", "const x =", "/* not yet"]
    invalid_code_samples = ["let = ;", "1 +* 2", 'const s = "a']
    code_generate_error = 'throw new Error("as asked")'
    code_execute_result = [
        {"code": "1 + 2", "result": "3"},
        {"code": "await Promise.resolve('a')", "result": "'a'"},
        {"code": "({ a: [1, 2] })", "result": "{ a: [ 1, 2 ] }"},
    ]
    code_page_something = "%help JSON"
    code_display_data = [
        {"code": "display.html('<b>bold</b>')", "mime": "text/html"},
        {"code": "display.markdown('*it*')", "mime": "text/markdown"},
        {"code": "await display(new Map([[1, 2]]))", "mime": "text/plain"},
        {"code": "display.png(new Uint8Array([137, 80, 78, 71]))", "mime": "image/png"},
    ]
    code_history_pattern = "1 ? 2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "JSON.parse"
    code_clear_output = "display.clear()"


class SlipwayIopubWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "slipway"
    support_iopub_welcome = True


if __name__ == "__main__":
    unittest.main()
