"""Time and memory of what a newcomer runs first, as whole processes.

python benchmarks/walking_house.py [runs]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import resource

PYTHON = sys.executable
TRADEFLOW = str(Path(PYTHON).with_name("tradeflow"))


def commands(out: str) -> dict[str, list[str]]:
    """What is timed, beside what a user would otherwise start."""
    return {
        "python -c pass (floor)": [PYTHON, "-c", "pass"],
        "import pandas (for scale)": [PYTHON, "-c", "import pandas"],
        "import tradeflow": [PYTHON, "-c", "import tradeflow"],
        "tradeflow --help": [TRADEFLOW, "--help"],
        "tradeflow codes lookup": [TRADEFLOW, "codes", "lookup", "drone detectors"],
        "tradeflow detect": [TRADEFLOW, "detect", "--format", "json"],
        "tradeflow detect --by hs6": [TRADEFLOW, "detect", "--by", "hs6", "--format", "json"],
        "tradeflow figures": [TRADEFLOW, "figures", "--out", out, "--quiet"],
    }


def run(command: list[str]) -> tuple[float, float]:
    """Wall seconds and peak memory in MB of one run."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)} failed with status {status}")
    return time.perf_counter() - started, _megabytes(usage)


def _megabytes(usage: resource.struct_rusage) -> float:
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return usage.ru_maxrss / unit


def main() -> None:
    """Print one line per command."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(f"{'command':28} {'median s':>9} {'min s':>7} {'max s':>7} {'peak MB':>8}")
    with tempfile.TemporaryDirectory() as out:
        for name, command in commands(out).items():
            run(command)  # once to warm the file cache
            seen = [run(command) for _ in range(runs)]
            seconds = [s for s, _ in seen]
            peak = max(m for _, m in seen)
            print(
                f"{name:28} {statistics.median(seconds):9.2f} {min(seconds):7.2f} "
                f"{max(seconds):7.2f} {peak:8.0f}"
            )


if __name__ == "__main__":
    main()
