"""The broker's jars, fetched once by Maven into a folder outside git."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

LINES = ("4.1", "3.9")
LINE = os.environ.get("KAFKA_LINE") or LINES[0]
POM = Path(__file__).with_name("pom.xml")
ROOT = Path(__file__).parents[2] / ".kafka"
STAMP = "fetched"


class JarsMissing(RuntimeError):
    """The jars are not there and could not be fetched; the text says how to mend it."""


def fetch(line: str = LINE) -> Path:
    """The folder with the jars of a line of Kafka; Maven runs only if they are not all there."""
    if line not in LINES:
        raise JarsMissing(f"no such line of Kafka: {line}; pom.xml has {' and '.join(LINES)}")
    folder = Path(os.environ.get("KAFKA_LIB") or ROOT).resolve() / line
    if _complete(folder):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder.with_name(f"{line}.lock")):
        if not _complete(folder):
            _download(line, folder)
    return folder


def _complete(folder: Path) -> bool:
    """The stamp's first line is the digest of the pom, the others name the jars."""
    try:
        digest, *names = (folder / STAMP).read_text().splitlines()
    except (FileNotFoundError, ValueError):
        return False
    return digest == _digest() and all((folder / name).is_file() for name in names)


def _digest() -> str:
    return hashlib.sha256(POM.read_bytes()).hexdigest()


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _download(line: str, folder: Path) -> None:
    with TemporaryDirectory(dir=folder.parent, prefix=f"{line}-") as scratch:
        fresh = Path(scratch) / "jars"
        _copy_dependencies(line, fresh)
        names = sorted(jar.name for jar in fresh.glob("*.jar"))
        (fresh / STAMP).write_text("\n".join([_digest(), *names]) + "\n")
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)


def _copy_dependencies(line: str, target: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise JarsMissing(
            "Kafka's jars are not there and mvn is missing: install Maven 3.8+ and a JDK 17+ "
            "(Debian: apt-get install maven), or set KAFKA_LIB to another machine's .kafka folder"
        )
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={target}"]
    command = [maven, "-B", "-q", "-f", str(POM), "-P", f"kafka-{line}", *goal]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode or not list(target.glob("kafka_2.13-*.jar")):
        said = "\n".join((run.stdout + run.stderr).splitlines()[:10])
        raise JarsMissing(
            f"mvn could not fetch Kafka {line}: it needs a JDK and access to Maven Central "
            f"(a mirror or proxy goes into Maven's settings.xml). It said:\n{said}"
        )
