"""Fetches Apache Kafka from Maven Central, once, into a cache folder that all runs share.

`jars.txt` names what a KRaft broker needs at run time, a `group:artifact:version sha256` a line:
what `mvn dependency:list` resolves for `org.apache.kafka:kafka_2.13` and `log4j-slf4j-impl`, less
the jars that only other tools load. Run as a script, it fetches and prints the folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

KAFKA = "4.3.1"
CENTRAL = "https://repo1.maven.org/maven2"
LIST = Path(__file__).with_name("jars.txt")
TRIES = 4
TIMEOUT_S = 10.0
PAUSE_S = 0.5  # doubled after each try
OLDEST_JAVA = 17


class Unavailable(Exception):
    """A broker can't be had on this machine; the message is one line that says why."""


class Jar(NamedTuple):
    """One line of `jars.txt`."""

    name: str
    url: str
    sha256: str


def jars() -> list[Jar]:
    """Everything that stands on the broker's class path."""
    jars = []
    for line in LIST.read_text(encoding="utf-8").splitlines():
        coordinates, sha256 = line.split()
        group, artifact, version = coordinates.split(":")
        name = f"{artifact}-{version}.jar"
        folder = f"{group.replace('.', '/')}/{artifact}/{version}"
        jars.append(Jar(name, f"{CENTRAL}/{folder}/{name}", sha256))
    return jars


def cache() -> Path:
    """Where the jars are kept: below `POOLWISE_CACHE`, else below `~/.cache/poolwise`."""
    home = os.environ.get("POOLWISE_CACHE") or Path("~/.cache/poolwise").expanduser()
    return Path(home) / f"kafka-{KAFKA}"


def java(needing: str = "Kafka") -> str:
    """The path of a `java` that is new enough: from `JAVA_HOME`, else from `PATH`."""
    home = os.environ.get("JAVA_HOME")
    path = shutil.which("java", path=f"{home}/bin" if home else None)
    if path is None:
        place = f"JAVA_HOME={home}" if home else "PATH"
        raise Unavailable(
            f"{needing} needs Java {OLDEST_JAVA} or later: no `java` found in {place}."
        )
    answer = subprocess.run([path, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(?:1\.)?(\d+)', answer)
    if version is None:
        raise Unavailable(
            f"{path} doesn't say its version: {answer.strip().partition(chr(10))[0]!r}"
        )
    if int(version[1]) < OLDEST_JAVA:
        raise Unavailable(
            f"{needing} needs Java {OLDEST_JAVA} or later; {path} is Java {version[1]}."
        )
    return path


def fetch() -> Path:
    """Fetch the jars that the cache lacks, and return its folder.

    A jar gets its name only when it is whole and its sha256 is right; processes that fetch at
    once wait for the first.

    Raises
    ------
    Unavailable
        If Maven Central can't be reached, sends other bytes, or the cache can't be written.
    """
    folder = cache()
    wanted = jars()
    if all((folder / jar.name).exists() for jar in wanted):
        return folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder / "lock"), ThreadPoolExecutor(8) as pool:
            missing = [jar for jar in wanted if not (folder / jar.name).exists()]
            waiting = [pool.submit(_download, jar, folder / jar.name) for jar in missing]
            try:
                for download in waiting:
                    download.result()
            except Unavailable:
                pool.shutdown(cancel_futures=True)
                raise
    except OSError as error:
        raise Unavailable(f"Kafka's jars can't be kept in {folder}: {error}") from error
    return folder


def _download(jar: Jar, path: Path) -> None:
    for attempt in range(TRIES):
        try:
            with urllib.request.urlopen(jar.url, timeout=TIMEOUT_S) as reply:
                body = reply.read()
            break
        except (OSError, HTTPException) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            if attempt == TRIES - 1:
                raise Unavailable(f"Maven Central is not reachable: {jar.url}: {reason}") from error
            time.sleep(PAUSE_S * 2**attempt)
    if hashlib.sha256(body).hexdigest() != jar.sha256:
        raise Unavailable(f"{jar.url} is not the file that {LIST.name} names: its sha256 differs.")
    part = path.with_suffix(".part")
    part.write_bytes(body)
    part.replace(path)


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold `lock` against other processes; it falls when this one dies."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    print(fetch())  # noqa: T201, it is a script
