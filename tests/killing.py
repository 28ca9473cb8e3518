"""Killing an update at any moment, and comparing what is there in the end.

Also a command: ``python tests/killing.py 200`` kills two hundred times.
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
from pathlib import Path
from tempfile import TemporaryDirectory

from fake_comtrade import FakeComtrade

QUESTION = {"category": "all", "since": "2020-01", "until": "2024-06"}
TESTS = Path(__file__).parent
SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
from loopback import StepClock
from tradeflow.jobs.settings import Order, Settings
from tradeflow.jobs.update import update
question = {question!r}
orders = (Order("comtrade", question),)
settings = Settings(home={home!r}, samples=False, since_month="2022-03", fetch=orders)
manifest = update(settings, clock=StepClock())
print(manifest.exit, manifest.changed)
"""


def start(home: Path, url: str) -> subprocess.Popen[str]:
    """Begin an update in a process of its own."""
    script = SCRIPT.format(tests=str(TESTS), question=QUESTION, home=str(home))
    return subprocess.Popen(  # noqa: S603  our own words
        [sys.executable, "-c", script],
        env={**os.environ, "TRADEFLOW_COMTRADE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(home: Path, url: str) -> str:
    """Run an update to its end; what it prints."""
    out, err = (process := start(home, url)).communicate(timeout=300)
    if process.returncode:
        raise AssertionError(err)
    return out.strip()


def kill(home: Path, url: str, after: float) -> bool:
    """Begin an update and kill it; whether it was still at work."""
    process = start(home, url)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


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
        if path.is_file() and (".incoming" in path.parts or path.name.startswith("tmp"))
    ]


def trial(kills: int, seed: int) -> tuple[int, list[str]]:
    """Kill updates at random moments; one that gets through is compared, and a new one begun.

    Returns
    -------
    tuple
        How many updates got through in the end, and what was wrong with any of them.
    """
    chance, struck, through = random.Random(seed), 0, 0  # noqa: S311
    wrong: list[str] = []
    with TemporaryDirectory() as folder, FakeComtrade() as fake:
        clean, torn = Path(folder) / "clean", Path(folder) / "torn"
        begun = time.perf_counter()
        finish(clean, fake.url)
        whole, expected = time.perf_counter() - begun, content(clean)
        once, hits = Counter((r.path, r.params) for r in fake.requests), 0
        fake.requests.clear()
        while struck < kills or hits:
            last = struck >= kills
            if not last and kill(torn, fake.url, chance.uniform(0.3, whole)):
                struck, hits = struck + 1, hits + 1
                continue
            finish(torn, fake.url)
            asked = Counter((r.path, r.params) for r in fake.requests)
            wrong += _faults(torn, expected, sum((asked - once).values()), hits)
            fake.requests.clear()
            shutil.rmtree(torn)
            hits, through = 0, through + 1
    return through, wrong


def _faults(home: Path, expected: dict[str, str], again: int, hits: int) -> list[str]:
    found = content(home)
    names = sorted(expected.keys() | found.keys())
    wrong = [f"differs: {name}" for name in names if expected.get(name) != found.get(name)]
    wrong += [f"left: {name}" for name in leftovers(home)]
    # a call that was under way when the process died is made once more, no other
    return wrong + ([f"{again} calls repeated after {hits} kills"] if again > hits else [])


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    through, wrong = trial(number, seed=1)
    print(f"{number} kills, {through} updates got through; {len(wrong)} things wrong")  # noqa: T201
    print("\n".join(wrong))  # noqa: T201
    sys.exit(bool(wrong))
