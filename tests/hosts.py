"""Hosts with addresses of their own on one machine, by Linux's network namespaces."""

import os
import subprocess
import sys
import time
from pathlib import Path

from mnist_helpers import environment

SOURCE = Path(__file__).resolve().parents[1] / "src"
HONEST = dict.fromkeys(environment.LIMITS, "1") | {"TF_ENABLE_ONEDNN_OPTS": "1"}


class Hosts:
    """Some hosts on one switch, which stands in the first; all are gone when the body ends.

    Parameters
    ----------
    count : int
    folder : Path
        For what their processes say.

    Raises
    ------
    PermissionError
        Where this process may not make network namespaces.
    """

    def __init__(self, count, folder):
        self.names = [f"ten-digits-{os.getpid()}-{host}" for host in range(count)]
        self.folder, self.processes, self.made = folder, [], []

    def __enter__(self):
        first = self.names[0]
        try:
            for host, name in enumerate(self.names):
                _ip("netns", "add", name)
                self.made.append(name)
                _ip("-n", name, "link", "set", "lo", "up")
                if host == 0:
                    _ip("-n", name, "link", "add", "switch", "type", "bridge")
                else:
                    cable = ("type", "veth", "peer", "name", "switch", "netns", name)
                    _ip("-n", first, "link", "add", f"port{host}", *cable)
                    _ip("-n", first, "link", "set", f"port{host}", "master", "switch", "up")
                _ip("-n", name, "address", "add", f"{self.address(host)}/24", "dev", "switch")
                _ip("-n", name, "link", "set", "switch", "up")
        except (OSError, subprocess.CalledProcessError) as error:
            self.__exit__()
            raise PermissionError(
                "hosts on one machine take root and Linux's network namespaces"
            ) from error
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.wait()
        for name in self.made:
            _ip("netns", "delete", name)

    def address(self, host):
        """Return the address of a host, which no other machine can reach."""
        return f"10.24.0.{host + 1}"

    def start(self, host, *arguments, source=SOURCE):
        """Start Python on a host, with one thread; give the process and the file of its words."""
        said = self.folder / f"said{len(self.processes)}.txt"
        environ = os.environ | HONEST | {"PYTHONPATH": str(source)}
        command = ["ip", "netns", "exec", self.names[host], sys.executable, "-m", *arguments]
        with said.open("w") as messages:
            process = subprocess.Popen(command, env=environ, stdout=messages, stderr=messages)
        self.processes.append(process)
        return process, said

    def cable(self, host, state):
        """Pull the cable of a host out ("down") or put it in ("up"); nobody is told."""
        _ip("-n", self.names[0], "link", "set", f"port{host}", state)


def _ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def wait_until(what, condition, patience=600):
    """Wait until a condition is met."""
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come about within {patience} seconds")
        time.sleep(0.1)
