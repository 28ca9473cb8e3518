"""Killing an update at any moment, and comparing what is there in the end.

Also a command: ``python tests/killing.py 200`` kills two hundred times, on two cores at once.
Every update is a process of its own, and is killed after its imports: kills then fall into its
work, not into the start of Python.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from fake_comtrade import FakeComtrade

from tradeflow.files import PART

QUESTION = {
    "codes": ["845710", "852560", "854231", "854370"],  # four categories: figures cost most
    "since": "2020-01",
    "until": "2023-06",
}
TESTS = Path(__file__).parent
AT_ONCE = 2
PATIENCE = 300.0
SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
from loopback import StepClock
from tradeflow.jobs.settings import Order, Settings
from tradeflow.jobs.update import update
import tradeflow.charts.save, tradeflow.detect.findings.findings
orders = (Order("comtrade", {question!r}),)
settings = Settings(home={home!r}, samples=False, since_month="2022-03", report=False, fetch=orders)
print("ready", flush=True)
sys.stdin.readline()
update(settings, clock=StepClock())
"""


@dataclass
class Outcome:
    """What became of the updates of a trial.

    Attributes
    ----------
    stages
        Kills, by what the update was at.
    through
        Updates that got through in the end.
    wrong
        What was wrong with any of them.
    """

    stages: Counter[str] = field(default_factory=Counter)
    through: int = 0
    wrong: list[str] = field(default_factory=list)


def start(home: Path, url: str) -> subprocess.Popen[str]:
    """Begin an update in a process of its own, when that has imported all it needs."""
    script = SCRIPT.format(tests=str(TESTS), question=QUESTION, home=str(home))
    process = subprocess.Popen(  # noqa: S603  our own words
        [sys.executable, "-c", script],
        env={**os.environ, "TRADEFLOW_COMTRADE_URL": url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()
    return process


def finish(home: Path, url: str) -> float:
    """Run an update to its end; how long it worked, in seconds."""
    process, begun = start(home, url), time.perf_counter()
    _, err = process.communicate("go\n", timeout=PATIENCE)
    if process.returncode:
        raise AssertionError(err)
    return time.perf_counter() - begun


def kill(home: Path, url: str, after: float) -> bool:
    """Begin an update and kill it; whether it was still at work."""
    process = start(home, url)
    process.stdin.write("go\n")
    process.stdin.flush()
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def stage(home: Path) -> str:
    """Say what an update was at when it was killed."""
    for room, word in (
        ("results", "figures"),
        ("lake", "lake and findings"),
        ("releases", "asking"),
    ):
        if any(path.is_file() for path in (home / room).rglob("*")):
            return word
    return "beginning"


def content(home: Path) -> dict[str, str]:
    """Checksums of lake, history, calendar and results; notes of the package's own left out."""
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for room in ("lake", "history", "calendar", "results")
        for path in sorted((home / room).rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def leftovers(home: Path) -> list[str]:
    """Temporary files that nobody took away."""
    return [
        str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_file() and (".incoming" in path.parts or path.suffix == PART)
    ]


def trial(kills: int, seed: int) -> Outcome:
    """Kill updates at random moments; one that gets through is compared, and a new one begun."""
    chance, outcome, hits = random.Random(seed), Outcome(), 0  # noqa: S311  a test's, repeatable
    with TemporaryDirectory() as folder, FakeComtrade() as fake:
        clean, torn = Path(folder) / "clean", Path(folder) / "torn"
        whole, expected = finish(clean, fake.url), content(clean)
        once = Counter((r.path, r.params) for r in fake.requests)
        fake.requests.clear()
        while (struck := outcome.stages.total()) < kills or hits:
            if struck < kills and kill(torn, fake.url, chance.uniform(0.0, whole)):
                outcome.stages[stage(torn)] += 1
                hits += 1
                continue
            finish(torn, fake.url)
            asked = Counter((r.path, r.params) for r in fake.requests)
            outcome.wrong += _faults(torn, expected, sum((asked - once).values()), hits)
            outcome.through += 1
            fake.requests.clear()
            shutil.rmtree(torn)
            hits = 0
    return outcome


def _faults(home: Path, expected: dict[str, str], again: int, hits: int) -> list[str]:
    found = content(home)
    names = sorted(expected.keys() | found.keys())
    wrong = [f"differs: {name}" for name in names if expected.get(name) != found.get(name)]
    wrong += [f"left: {name}" for name in leftovers(home)]
    # a call that was under way when the process died is made once more, no other
    return wrong + ([f"{again} calls repeated after {hits} kills"] if again > hits else [])


def main(kills: int) -> int:
    """Kill so many times, and say what came of it; the exit code."""
    begun = time.perf_counter()
    shares = [kills // AT_ONCE + (i < kills % AT_ONCE) for i in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(trial, shares, range(1, AT_ONCE + 1)))
    stages = sum((outcome.stages for outcome in outcomes), Counter[str]())
    wrong = [fault for outcome in outcomes for fault in outcome.wrong]
    when = ", ".join(f"{word} {number}" for word, number in stages.most_common())
    through, minutes = sum(o.through for o in outcomes), (time.perf_counter() - begun) / 60
    said = f"{stages.total()} kills ({when}); {through} updates got through, {len(wrong)} things "
    sys.stdout.write("\n".join([*wrong, f"{said}wrong; {minutes:.1f} minutes.\n"]))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
