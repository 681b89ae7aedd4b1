"""A demo server of our own for the length of a `with`: started on free ports, ended cleanly, its log without ERROR."""

import json
import signal
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def demo(binary):
    """Yields (base URL, the printed links, the data folder)."""
    with tempfile.TemporaryDirectory(prefix="telekonsil-peers-") as folder:
        port = free_port()
        data = Path(folder) / "demo"
        with open(Path(folder) / "stderr.log", "w+") as log:
            server = subprocess.Popen(
                [binary, "demo", "--listen", f"127.0.0.1:{port}", "--media-port", str(free_port()), "--data", str(data)],
                stdout=subprocess.PIPE, stderr=log, text=True,
            )
            try:
                links = json.loads(server.stdout.readline())
                yield f"http://127.0.0.1:{port}", links, data
            finally:
                server.send_signal(signal.SIGTERM)
                code = server.wait(20)
            log.seek(0)
            errors = [line for line in log if "ERROR" in line or "panicked" in line]
        if errors or code != 0:
            raise SystemExit(f"FAILED: the server ended with {code}; errors in its log: {errors[:3]}")
