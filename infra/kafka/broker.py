"""A single-node Kafka (KRaft) on loopback, run from jars: Linux, a JDK 17+ and, once, Maven.

python -m infra.kafka.broker fetch|start|stop|status [--line 4.1] [--folder F] [--port 9092]
"""

import argparse
import asyncio
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from string import Template
from typing import Self

from infra.kafka.jars import LINE, LINES, ROOT, JarsMissing, fetch
from infra.kafka.topics import create_topics, until_ready

__all__ = ["Broker", "BrokerFailed", "JarsMissing", "create_topics", "fetch"]

HERE = Path(__file__).parent
CLUSTER = "deedbook-local-brokerA"
BELOW_EPHEMERAL = range(20_000, 30_000)
JVM = (
    *("-Xms64m", "-XX:MaxDirectMemorySize=64m", "-XX:ReservedCodeCacheSize=64m"),
    *("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError"),
    *("-Xshare:auto", "-Djava.awt.headless=true", "-Djava.net.preferIPv4Stack=true"),
    f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}",
    f"-Dlog4j.configuration=file:{HERE / 'log4j.properties'}",
)


class BrokerFailed(RuntimeError):
    """The broker did not start or stop as asked; the text says why and how to mend it."""


class Broker:
    """One broker per folder; data and ports stay with the folder, through `kill` and `start`.

    It ends with the process that started it, unless `detached`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        line: str = LINE,
        port: int | None = None,
        heap: str = "384m",
        detached: bool = False,
    ) -> None:
        self.folder = folder.resolve()
        self.line, self.heap, self.detached = line, heap, detached
        self._port = port
        self._properties = self.folder / "server.properties"
        self._jvm: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def bootstrap(self) -> str:
        """`127.0.0.1:port`, known after the first start in this folder."""
        return self._listeners()[0]

    @property
    def pid(self) -> int | None:
        """The living JVM of this folder, whichever process started it."""
        try:
            pid = int((self.folder / "pid").read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        return pid if str(self._properties).encode() in command else None

    def start(self, within: float = 60.0) -> Self:
        """Start, and return when groups can be served. Blocks; safe inside a running event loop."""
        if pid := self.pid:
            raise BrokerFailed(f"already running in {self.folder}: pid {pid}; stop it first")
        self._release()
        java = [_java(), f"-Xmx{self.heap}", *JVM, "-cp", f"{fetch(self.line)}/*"]
        self._configure()
        self._format(java)
        self._launch(java)
        try:
            self._await_ready(within)
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self, within: float = 15.0) -> None:
        """SIGTERM, and SIGKILL if that is not obeyed; nothing if it does not run."""
        if not self._end(signal.SIGTERM, within):
            self.kill()

    def kill(self) -> None:
        """kill -9, as a crash would."""
        if not self._end(signal.SIGKILL, 15.0):
            raise BrokerFailed(f"pid {self.pid} of {self.folder} does not die")

    def _end(self, how: signal.Signals, within: float) -> bool:
        if pid := self.pid:
            os.kill(pid, how)
        deadline = time.monotonic() + within
        while self.pid:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        self._release()
        return True

    def _release(self) -> None:
        """Reap the dead JVM and its guard."""
        if self._jvm:
            self._jvm.wait()
        if self._guard:
            self._guard.kill()
            self._guard.communicate()
        self._jvm = self._guard = None

    def _configure(self) -> None:
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        port, controller_port = self._ports()
        if taken := [each for each in (port, controller_port) if not _is_free(each)]:
            raise BrokerFailed(f"port {taken[0]} is taken: end what listens there or name another")
        text = Template((HERE / "server.properties").read_text()).substitute(
            port=port, controller_port=controller_port, data=self.folder / "data"
        )
        self._properties.write_text(text)

    def _ports(self) -> tuple[int, int]:
        if not self._properties.exists():
            port, controller_port = _free_ports()
        else:
            port, controller_port = (int(each.rsplit(":", 1)[1]) for each in self._listeners())
        return self._port or port, controller_port

    def _listeners(self) -> list[str]:
        for line in self._properties.read_text().splitlines():
            key, _, value = line.partition("=")
            if key == "listeners":
                return [each.partition("://")[2] for each in value.split(",")]
        raise BrokerFailed(f"{self._properties} names no listeners: remove it and start again")

    def _format(self, java: list[str]) -> None:
        if (self.folder / "data" / "meta.properties").exists():
            return
        tool = ["kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", str(self._properties)]
        run = subprocess.run([*java, *tool, "-g"], capture_output=True, text=True, check=False)
        if run.returncode:
            raise BrokerFailed(_explain("could not format its folder", run.stdout + run.stderr))

    def _launch(self, java: list[str]) -> None:
        with (self.folder / "kafka.log").open("wb") as log:
            self._jvm = subprocess.Popen(
                [*java, "kafka.Kafka", str(self._properties)],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        (self.folder / "pid").write_text(str(self._jvm.pid))
        if not self.detached:
            self._guard = _guard(self._jvm.pid)

    def _await_ready(self, within: float) -> None:
        ready = until_ready(self.bootstrap, lambda: self.pid is not None, within)
        with ThreadPoolExecutor(1) as thread:
            try:
                if thread.submit(asyncio.run, ready).result():
                    return
                failure = "died while starting"
            except TimeoutError:
                failure = f"was not ready within {within:g} s"
        raise BrokerFailed(_explain(failure, (self.folder / "kafka.log").read_text()))


def _guard(pid: int) -> subprocess.Popen[bytes]:
    """A shell that kills the JVM when this process ends in any way: its pipe closes then.

    PR_SET_PDEATHSIG would fire at the end of the thread that started the JVM.
    """
    script = ["/bin/sh", "-c", 'read -r _; kill -9 "$1"', "guard", str(pid)]
    return subprocess.Popen(script, stdin=subprocess.PIPE, start_new_session=True)


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    found = (home and shutil.which("java", path=f"{home}/bin")) or shutil.which("java")
    if not found:
        raise BrokerFailed(
            "java is missing: install a JDK 17+ (Debian: apt-get install openjdk-17-jre-headless)"
        )
    return found


def _explain(failure: str, log: str) -> str:
    if "UnsupportedClassVersionError" in log:
        return f"Kafka {failure}: this java is too old, install a JDK 17+ or point JAVA_HOME to one"
    return f"Kafka {failure}; it said:\n" + "\n".join(log.splitlines()[-15:])


def _free_ports() -> tuple[int, int]:
    """Two below the range of outgoing connections, so that they are still free after a crash."""
    candidates = random.sample(BELOW_EPHEMERAL, 100)
    first, second, *_ = (port for port in candidates if _is_free(port))
    return first, second


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.kafka.broker", description=__doc__)
    parser.add_argument("action", choices=["fetch", "start", "stop", "status"])
    parser.add_argument("--line", choices=LINES, default=LINE)
    parser.add_argument("--folder", type=Path, help="default: .kafka/run-LINE in the project")
    parser.add_argument("--port", type=int, help="default: 9092 for a new folder")
    asked = parser.parse_args()
    folder = asked.folder or ROOT / f"run-{asked.line}"
    port = asked.port or (None if (folder / "server.properties").exists() else 9092)
    try:
        return _act(asked.action, Broker(folder, line=asked.line, port=port, detached=True))
    except (BrokerFailed, JarsMissing) as failure:
        print(failure, file=sys.stderr)
        return 1


def _act(action: str, broker: Broker) -> int:
    match action:
        case "fetch":
            print(fetch(broker.line))
            return 0
        case "start":
            broker.start()
        case "stop":
            broker.stop()
    pid = broker.pid
    print(f"running on {broker.bootstrap}, pid {pid}" if pid else "stopped")
    return 0 if pid or action == "stop" else 3


if __name__ == "__main__":
    raise SystemExit(main())
