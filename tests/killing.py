"""Killing an update at any moment, and comparing what is there in the end.

Also a command: ``python tests/killing.py 200`` kills two hundred times.
"""

from __future__ import annotations

import hashlib
import os
import random
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
settings = Settings(home={home!r}, samples=False, since_month="2022-03", fetch=(Order("comtrade", question),))
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
    """Kill updates, each time on the same folder, until they have been killed so often.

    Returns
    -------
    tuple
        How often an update was really at work when it was killed, and what was wrong in the end.
    """
    chance, struck = random.Random(seed), 0  # noqa: S311
    with TemporaryDirectory() as folder, FakeComtrade() as fake:
        clean, torn = Path(folder) / "clean", Path(folder) / "torn"
        begun = time.perf_counter()
        finish(clean, fake.url)
        whole = time.perf_counter() - begun
        once = Counter((r.path, r.params) for r in fake.requests)
        fake.requests.clear()
        for _ in range(kills):
            struck += kill(torn, fake.url, chance.uniform(0.3, whole))
        finish(torn, fake.url)
        asked = Counter((r.path, r.params) for r in fake.requests)
        wrong = [f"differs: {n}" for n, c in content(clean).items() if content(torn).get(n) != c]
        wrong += [f"too much: {name}" for name in content(torn).keys() - content(clean).keys()]
        wrong += [f"left: {name}" for name in leftovers(torn)]
        # a call that was under way when the process died is made once more, no other
        again = sum((asked - once).values())
        wrong += [f"{again} calls repeated after {struck} kills"] if again > struck else []
    return struck, wrong


if __name__ == "__main__":
    struck, wrong = trial(int(sys.argv[1]) if len(sys.argv) > 1 else 200, seed=1)
    print(f"killed at work {struck} times; {len(wrong)} things wrong")  # noqa: T201
    print("\n".join(wrong))  # noqa: T201
    sys.exit(bool(wrong))
