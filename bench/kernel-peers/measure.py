"""Measures one kernel through jupyter_client and prints JSON; see bench/kernel.ts.

    python measure.py KERNEL CODE

CODE is JSON: the same work in the kernel's language, by the names that are read below. What a kernel does not do in
time is null.
"""

import json
import statistics
import sys
import time

import psutil
import zmq
from jupyter_client.manager import KernelManager

TIMEOUT = 60
N_STARTS = 5
N_INTERRUPTS = 5
FLOOD = 100_000


class Timeout(Exception):
    pass


def start(kernel):
    """Milliseconds from the spawn to the reply of kernel_info and to that of a first cell."""
    # A client tries again so soon after it found nobody listening; libzmq's own 100 to 200 ms would be all one sees.
    context = zmq.Context()
    context.setsockopt(zmq.RECONNECT_IVL, 5)
    manager = KernelManager(kernel_name=kernel, context=context)
    begin = time.perf_counter()
    manager.start_kernel(stdout=-3, stderr=-3)
    client = manager.client()
    client.start_channels()
    client.kernel_info()
    client.get_shell_msg(timeout=TIMEOUT)
    info = time.perf_counter()
    wait_reply(client, client.execute("1"), TIMEOUT)
    return manager, client, (info - begin) * 1000, (time.perf_counter() - begin) * 1000


def stop(manager, client):
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def wait_reply(client, message_id, timeout):
    deadline = time.monotonic() + timeout
    while True:
        try:
            message = client.get_shell_msg(timeout=max(0.01, deadline - time.monotonic()))
        except Exception as error:
            raise Timeout from error
        if message["parent_header"].get("msg_id") == message_id:
            return message


def run(client, code, after_start=None, timeout=TIMEOUT):
    """Milliseconds from the request to its reply and its idle, and the lines printed before idle."""
    begin = time.perf_counter()
    message_id = client.execute(code)
    if after_start:
        time.sleep(0.3)
        begin = time.perf_counter()
        after_start()
    deadline = time.monotonic() + timeout
    lines = 0
    while True:
        try:
            message = client.get_iopub_msg(timeout=max(0.01, deadline - time.monotonic()))
        except Exception as error:
            raise Timeout from error
        if message["parent_header"].get("msg_id") != message_id:
            continue
        if message["msg_type"] == "stream":
            lines += message["content"]["text"].count("\n")
        if message["content"].get("execution_state") == "idle":
            break
    reply = wait_reply(client, message_id, timeout)
    return (time.perf_counter() - begin) * 1000, lines, reply["content"]


def value_of(client, code, timeout=10):
    message_id = client.execute(code)
    deadline = time.monotonic() + timeout
    text = None
    while True:
        message = client.get_iopub_msg(timeout=max(0.01, deadline - time.monotonic()))
        if message["parent_header"].get("msg_id") != message_id:
            continue
        data = message["content"].get("data")
        if data:
            text = data["text/plain"]
        if message["content"].get("execution_state") == "idle":
            wait_reply(client, message_id, timeout)
            return text


def interrupts(kernel, code):
    """Median milliseconds, or None for a kernel that goes on or forgets."""
    manager, client, _, _ = start(kernel)
    try:
        run(client, code["keep"])
        times = []
        for _ in range(N_INTERRUPTS):
            took, _, reply = run(client, code["endless"], manager.interrupt_kernel, timeout=5)
            if reply["status"] == "ok":
                return None
            times.append(took)
        kept = value_of(client, "keep")
        return statistics.median(times) if kept and "42" in kept else None
    except Exception:
        return None
    finally:
        stop(manager, client)


def completions(client, code, n):
    times = []
    for _ in range(n):
        begin = time.perf_counter()
        wait_reply(client, client.complete(code, len(code)), TIMEOUT)
        times.append((time.perf_counter() - begin) * 1000)
    return times


def memory(manager):
    """Mebibytes of all processes: resident, and their share of what they share."""
    process = psutil.Process(manager.provisioner.pid)
    all_processes = [process, *process.children(recursive=True)]
    resident = sum(p.memory_info().rss for p in all_processes)
    try:
        share = sum(p.memory_full_info().pss for p in all_processes)
    except AttributeError:
        share = None  # Linux only.
    return resident / 2**20, share and share / 2**20


def or_none(work):
    try:
        return work()
    except Exception:
        return None


def flood(client, code):
    took, lines, _ = run(client, code)
    return took if lines == FLOOD else None


def measure(kernel, code):
    starts = []
    for i in range(N_STARTS + 1):
        manager, client, info, first = start(kernel)
        if i > 0:  # The first fills caches.
            starts.append((info, first))
        if i < N_STARTS:
            stop(manager, client)
    resident, share = memory(manager)
    result = {
        "startMs": statistics.median(info for info, _ in starts),
        "firstCellMs": statistics.median(first for _, first in starts),
        "residentMib": resident,
        "shareMib": share,
    }
    time.sleep(6)  # What a kernel does in the background after its start.
    run(client, code["declare"])
    first = or_none(lambda: completions(client, code["complete"], 1)[0])
    result["firstCompletionMs"] = first
    result["completionMs"] = or_none(lambda: statistics.median(completions(client, code["complete"], 30)))
    for _ in range(100):
        run(client, "1+1")
    times = sorted(run(client, "1+1")[0] for _ in range(300))
    result["roundTripMs"] = statistics.median(times)
    result["roundTripP95Ms"] = times[int(len(times) * 0.95)]
    if "tables" in code:
        run(client, code["tables"])
        for name in ("small", "large"):
            run(client, code[name])
            result[name + "TableMs"] = statistics.median(run(client, code[name])[0] for _ in range(10))
    result["floodMs"] = or_none(lambda: flood(client, code["flood"]))
    stop(manager, client)
    result["interruptMs"] = {
        kind: interrupts(kernel, {"keep": code["keep"], "endless": endless})
        for kind, endless in code["endless"].items()
    }
    return result


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], json.loads(sys.argv[2]))))
