"""Runs a notebook through nbclient and writes it, with its outputs, to another file.

    python run_notebook.py NOTEBOOK OUTPUT [--kernel NAME] [--timeout SECONDS]

Exit code 1 when a cell fails.
"""

import argparse
import pathlib
import sys

import nbclient
import nbformat


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("notebook", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--kernel", default="slipway")
    parser.add_argument("--timeout", type=int, default=600)
    arguments = parser.parse_args()

    notebook = nbformat.read(arguments.notebook, as_version=4)
    client = nbclient.NotebookClient(
        notebook,
        kernel_name=arguments.kernel,
        timeout=arguments.timeout,
        resources={"metadata": {"path": str(arguments.notebook.parent)}},
    )
    try:
        client.execute()
        return 0
    except nbclient.exceptions.CellExecutionError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        nbformat.write(notebook, arguments.output)


if __name__ == "__main__":
    sys.exit(main())
