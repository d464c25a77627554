"""Notebooks as nbclient runs them: outputs as nbformat has them, errors, comms, displays."""

import os
import unittest

import nbclient
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


def run(*sources, **options):
    """Runs cells as a notebook; returns it, valid by nbformat's schema."""
    cells = [s if not isinstance(s, str) else new_code_cell(s) for s in sources]
    metadata = {"kernelspec": {"name": "slipway", "display_name": "Slipway", "language": "typescript"}}
    notebook = new_notebook(cells=cells, metadata=metadata)
    client = nbclient.NotebookClient(
        notebook, kernel_name="slipway", timeout=60, resources={"metadata": {"path": os.getcwd()}}, **options
    )
    try:
        client.execute()
    finally:
        nbformat.validate(notebook)
    return notebook


class Notebooks(unittest.TestCase):
    def test_outputs_of_every_kind(self):
        notebook = run(
            "console.log('out'); console.error('err')",
            "1 + 1",
            new_markdown_cell("# text"),
            "display.html('<b>x</b>'); display.json({ a: [1] }); display.png(new Uint8Array([137, 80, 78, 71]))",
            "const x = 1",
        )
        self.assertEqual(
            [[o.output_type for o in c.outputs] for c in notebook.cells if c.cell_type == "code"],
            [["stream", "stream"], ["execute_result"], ["display_data"] * 3, []],
        )
        self.assertEqual([c.execution_count for c in notebook.cells if c.cell_type == "code"], [1, 2, 3, 4])
        out, err = notebook.cells[0].outputs
        self.assertEqual((out.name, out.text, err.name, err.text), ("stdout", "out\n", "stderr", "err\n"))
        self.assertEqual(notebook.cells[1].outputs[0].data["text/plain"], "2")
        self.assertEqual(notebook.cells[3].outputs[1].data["application/json"], {"a": [1]})

    def test_an_error_ends_the_run(self):
        with self.assertRaises(nbclient.exceptions.CellExecutionError) as raised:
            run("throw new TypeError('as asked')", "console.log('not reached')")
        self.assertEqual((raised.exception.ename, raised.exception.evalue), ("TypeError", "as asked"))

    def test_allowed_errors_let_the_run_go_on(self):
        notebook = run("throw new Error('first')", "null.x", "let = 1", "'after'", allow_errors=True)
        errors = [c.outputs[0] for c in notebook.cells[:3]]
        self.assertEqual([e.output_type for e in errors], ["error"] * 3)
        self.assertEqual([e.ename for e in errors], ["Error", "TypeError", "SyntaxError"])
        self.assertEqual(notebook.cells[3].outputs[0].data["text/plain"], "'after'")

    def test_a_cell_marked_so_may_fail(self):
        notebook = run(
            new_code_cell("throw new Error('expected')", metadata={"tags": ["raises-exception"]}), "1"
        )
        self.assertEqual(notebook.cells[0].outputs[0].ename, "Error")
        self.assertEqual(notebook.cells[1].outputs[0].data["text/plain"], "1")

    def test_nobody_can_be_asked(self):
        notebook = run("prompt('name?')", allow_errors=True)
        self.assertEqual(notebook.cells[0].outputs[0].ename, "InputUnavailable")

    def test_displays_are_updated_across_cells(self):
        notebook = run("const d = display.html('<i>1</i>')", "await d.update('<i>2</i>')", "display.text('gone'); display.clear()")
        self.assertEqual([o.data["text/html"] for o in notebook.cells[0].outputs], ["<i>2</i>"])
        self.assertEqual(notebook.cells[1].outputs, [])
        self.assertEqual(notebook.cells[2].outputs, [])

    def test_widgets_speak_over_comms(self):
        notebook = run(
            """
            const widget = display.comms.open('jupyter.widget', { state: { _model_name: 'IntSliderModel', _model_module: '@jupyter-widgets/controls', value: 3 }, buffer_paths: [] })
            widget.send({ method: 'update', state: { value: 4 }, buffer_paths: [] })
            display.bundle({ 'application/vnd.jupyter.widget-view+json': { model_id: widget.id, version_major: 2, version_minor: 0 }, 'text/plain': 'a slider' })
            """
        )
        states = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
        self.assertEqual([s["state"]["value"] for s in states.values()], [4])
        view = notebook.cells[0].outputs[0].data["application/vnd.jupyter.widget-view+json"]
        self.assertEqual(list(states), [view["model_id"]])

    def test_a_cell_that_takes_too_long_is_interrupted(self):
        notebook = new_notebook(cells=[new_code_cell("while (true) {}"), new_code_cell("'after'")])
        client = nbclient.NotebookClient(notebook, kernel_name="slipway", timeout=3, interrupt_on_timeout=True, allow_errors=True)
        client.execute()
        self.assertEqual(notebook.cells[0].outputs[0].ename, "Interrupted")
        self.assertEqual(notebook.cells[1].outputs[0].data["text/plain"], "'after'")

    def test_a_dead_user_process_fails_its_cell_only(self):
        notebook = run("process.exit(1)", "1 + 1", allow_errors=True)
        self.assertEqual(notebook.cells[0].outputs[0].ename, "KERNEL003")
        self.assertEqual(notebook.cells[1].outputs[0].data["text/plain"], "2")


if __name__ == "__main__":
    unittest.main()
