"""Measures one kernel through jupyter_client and prints JSON; see bench/kernel.ts.

    python measure.py KERNEL
"""

import json
import statistics
import sys
import time

import psutil
from jupyter_client.manager import KernelManager

CODE = {
    "python3": ("1+1", "while True: pass", "for i in range(100000): print(i)"),
    "slipway": ("1+1", "while (true) {}", "for (let i = 0; i < 100000; i++) console.log(i)"),
}
TIMEOUT = 60


def run(client, code, on_busy=None):
    """Milliseconds from the request to its reply and its idle."""
    begin = time.perf_counter()
    message_id = client.execute(code)
    if on_busy:
        time.sleep(0.3)
        begin = time.perf_counter()
        on_busy()
    lines = 0
    while True:
        message = client.get_iopub_msg(timeout=TIMEOUT)
        if message["parent_header"].get("msg_id") != message_id:
            continue
        if message["msg_type"] == "stream":
            lines += message["content"]["text"].count("\n")
        if message["content"].get("execution_state") == "idle":
            break
    client.get_shell_msg(timeout=TIMEOUT)
    return (time.perf_counter() - begin) * 1000, lines


def main():
    kernel = sys.argv[1]
    simple, endless, flood = CODE[kernel]
    starts = []
    for _ in range(3):
        manager = KernelManager(kernel_name=kernel)
        begin = time.perf_counter()
        manager.start_kernel()
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=TIMEOUT)
        starts.append((time.perf_counter() - begin) * 1000)
        if len(starts) < 3:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    time.sleep(5)  # What a kernel does in the background after its start is not measured.
    for _ in range(50):
        run(client, simple)
    times = sorted(run(client, simple)[0] for _ in range(300))
    interrupts = [run(client, endless, manager.interrupt_kernel)[0] for _ in range(5)]
    flood_ms, lines = run(client, flood)
    assert lines == 100000, lines
    process = psutil.Process(manager.provisioner.pid)
    resident = sum(p.memory_info().rss for p in [process, *process.children(recursive=True)])
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    print(
        json.dumps(
            {
                "startMs": statistics.median(starts),
                "roundTripMs": statistics.median(times),
                "roundTripP95Ms": times[int(len(times) * 0.95)],
                "interruptMs": statistics.median(interrupts),
                "floodLinesPerSecond": lines / flood_ms * 1000,
                "residentMb": resident / 1e6,
            }
        )
    )


if __name__ == "__main__":
    main()
