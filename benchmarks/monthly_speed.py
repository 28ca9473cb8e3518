"""Speed and detection quality of the monthly methods beside other packages, on simulated series.

    python benchmarks/monthly_speed.py [--series N] [--peer-python PATH ...]

Prints microseconds per series, compile time apart, and on the same simulated truth the share of
shifts found and of false alarms. A package that cannot be imported here is tried in the Python
environments named by --peer-python; if none has it, the table says "not installed".
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

MONTHS, WATCHED, SEASON = 120, 12, 12
NEAR = 3  # months by which a date may be wrong
SETTINGS: dict[str, dict[str, Any]] = {
    "independent": {},
    "drift 0.1": {"drift": 0.1},
    "AR(1) 0.7": {"rho": 0.7},
}
Flags = tuple[np.ndarray, np.ndarray]
"""Which series are flagged, and the date of the (largest) shift found."""


# --- peers: these import neither tradeflow nor one another ---------------------------------------


def deseasonalised(log: np.ndarray) -> np.ndarray:
    """Logs less the mean of each month of the year, which change-point packages leave to users."""
    years = log.reshape(len(log), -1, SEASON)
    return (years - years.mean(axis=1, keepdims=True)).reshape(log.shape)


def penalty(y: np.ndarray) -> float:
    """Schwarz's penalty with three parameters' weight, the noise scale from differences."""
    sigma = 1.4826 * np.median(np.abs(np.diff(y))) / np.sqrt(2)
    return float(3 * sigma**2 * np.log(len(y)))


def largest(y: np.ndarray, breaks: list[int]) -> int:
    """Date of the largest step between neighbouring segments; -1 without a break."""
    edges = [0, *breaks, len(y)]
    means = [y[a:b].mean() for a, b in pairwise(edges)]
    return breaks[int(np.argmax(np.abs(np.diff(means))))] if breaks else -1


def each(log: np.ndarray, breaks: Callable[[np.ndarray], list[int]]) -> Flags:
    """Run a change-point method series by series."""
    at = np.array([largest(y, breaks(y)) for y in deseasonalised(log)])
    return at >= 0, at


def pelt(log: np.ndarray) -> Flags:
    """Pelt, squared error."""
    import ruptures

    def breaks(y: np.ndarray) -> list[int]:
        return ruptures.Pelt(model="l2", min_size=12, jump=1).fit(y).predict(pen=penalty(y))[:-1]

    return each(log, breaks)


def kernel(log: np.ndarray) -> Flags:
    """Kernel change points with the linear kernel."""
    import ruptures

    def breaks(y: np.ndarray) -> list[int]:
        made = ruptures.KernelCPD(kernel="linear", min_size=12).fit(y)
        return made.predict(pen=penalty(y))[:-1]

    return each(log, breaks)


def forest(log: np.ndarray) -> Flags:
    """Random-forest change points with the package's permutation test."""
    from changeforest import changeforest

    return each(log, lambda y: changeforest(y[:, None], "random_forest", "bs").split_points())


def means(log: np.ndarray) -> Flags:
    """Change in mean by binary segmentation, the package's default gain."""
    from changeforest import changeforest

    return each(log, lambda y: changeforest(y[:, None], "change_in_mean", "bs").split_points())


def stl(log: np.ndarray) -> Flags:
    """STL, then the largest t of twelve months against the twelve before; flagged beyond 3.5."""
    from statsmodels.tsa.seasonal import STL

    flags, at = [], []
    for y in log:
        level = y - STL(y, period=SEASON, robust=False).fit().seasonal
        windows = np.lib.stride_tricks.sliding_window_view(level, SEASON)
        mean, var = windows.mean(axis=1), windows.var(axis=1, ddof=1)
        gap, error = mean[SEASON:] - mean[:-SEASON], (var[SEASON:] + var[:-SEASON]) / SEASON
        t = np.abs(gap) / np.sqrt(error)
        flags.append(t.max() > 3.5)  # 0.05 over about a hundred dates
        at.append(int(t.argmax()) + SEASON)
    return np.array(flags), np.array(at)


def structural(log: np.ndarray) -> Flags:
    """Local level and season; largest auxiliary residual of the level, flagged beyond 3.5."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    flags, at = [], []
    for y in log:
        made = UnobservedComponents(y, "local level", seasonal=SEASON, stochastic_seasonal=False)
        fit = made.fit(disp=False)
        smooth = fit.smoother_results
        q = smooth.state_cov[0, 0, 0]
        shock = smooth.smoothed_state_disturbance[0]
        left = smooth.smoothed_state_disturbance_cov[0, 0]
        spread = np.sqrt(np.maximum(q - left, 1e-12))
        t = np.abs(shock / spread)[SEASON : -SEASON - 1]
        flags.append(t.max() > 3.5)
        at.append(int(t.argmax()) + SEASON + 1)
    return np.array(flags), np.array(at)


def statsforecast(log: np.ndarray, name: str) -> np.ndarray:
    """95 % intervals of the watched months from the months before them; shape (2, n, months)."""
    from statsforecast.models import MSTL, AutoETS

    model = MSTL(season_length=SEASON) if name == "MSTL" else AutoETS(season_length=SEASON)
    low, high = [], []
    for y in log:
        made = model.forecast(y=y[:-WATCHED], h=WATCHED, level=[95])
        low.append(made["lo-95"])
        high.append(made["hi-95"])
    return np.array([low, high])


SHIFT_PEERS: dict[str, tuple[str, Callable[[np.ndarray], Flags]]] = {
    "ruptures Pelt (l2)": ("ruptures", pelt),
    "ruptures KernelCPD (linear)": ("ruptures", kernel),
    "changeforest (change in mean)": ("changeforest", means),
    "changeforest (random forest)": ("changeforest", forest),
    "statsmodels STL, largest t": ("statsmodels", stl),
    "statsmodels UnobservedComponents": ("statsmodels", structural),
}
FORECAST_PEERS = {"statsforecast MSTL": "MSTL", "statsforecast AutoETS": "AutoETS"}


def work(name: str, path: str) -> None:
    """In the environment that has the package: run one peer on every setting, print JSON."""
    out = {}
    with np.load(path) as data:
        inputs = {key: data[key] for key in data.files}
    run = peer(name)
    run(next(iter(inputs.values()))[:2])  # imports and compilation
    for key, log in inputs.items():
        started = time.perf_counter()
        answer = run(log)
        out[key] = [time.perf_counter() - started, np.asarray(answer).tolist()]
    print(json.dumps(out))


def peer(name: str) -> Callable[[np.ndarray], Any]:
    """What to call."""
    if name in SHIFT_PEERS:
        return SHIFT_PEERS[name][1]
    return lambda log: statsforecast(log, FORECAST_PEERS[name])


def module_of(name: str) -> str:
    """What to import."""
    return SHIFT_PEERS[name][0] if name in SHIFT_PEERS else "statsforecast"


def home_of(module: str, others: list[str]) -> str | None:
    """First Python environment that has the module."""
    if find_spec(module):
        return sys.executable
    test = f"import sys, importlib.util as u; sys.exit(u.find_spec({module!r}) is None)"
    return next((p for p in others if subprocess.run([p, "-c", test], check=False).returncode == 0),
                None)  # fmt: skip


def ask(name: str, inputs: dict[str, np.ndarray], others: list[str]) -> dict[str, Any] | None:
    """Run a peer where it is installed; None where it is nowhere."""
    home = home_of(module_of(name), others)
    if home is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "series.npz"
        np.savez(path, **inputs)
        command = [home, "-W", "ignore", __file__, "--work", name, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


# --- tradeflow -----------------------------------------------------------------------------------


def periods() -> list[date]:
    """Months of the simulated series."""
    return [date(2014 + i // 12, i % 12 + 1, 1) for i in range(MONTHS)]


def timed(task: Callable[[], object], repeats: int = 3) -> float:
    """Least wall seconds of a few runs."""
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        task()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def line(name: str, seconds: float, n: int, note: str = "") -> None:
    """Print microseconds per series."""
    print(f"{name:52} {1e6 * seconds / n:10.1f}  {note}", flush=True)


def speed() -> None:
    """Own speeds, compile time apart."""
    from tradeflow.detect.monthly.conformal import calibrate
    from tradeflow.detect.monthly.counts import forecast_counts
    from tradeflow.detect.monthly.design import candidate_dates, regressors
    from tradeflow.detect.monthly.engines import LOGS
    from tradeflow.detect.monthly.shift_scan import ShiftScan
    from tradeflow.simulate.arrays import simulate_panel

    columns, dates = regressors(periods()), candidate_dates(periods(), margin=18)
    n = 10_000
    values = simulate_panel(n, MONTHS, seed=1).values
    log = np.log(values)
    gappy = np.where(np.random.default_rng(2).random(log.shape) < 0.03, np.nan, log)
    plain = {"clean": False, "window": (0, 0)}
    print(f"\nsimulated series of {MONTHS} months{'':22} µs per series")
    for name, scan in (
        ("one drift, all dates", ShiftScan(columns, dates, drifts=np.array([0.1]), **plain)),
        ("eight drifts, all dates", ShiftScan(columns, dates, **plain)),
        ("the same, outliers left out, test of lasting", ShiftScan(columns, dates)),
    ):
        compiling = timed(lambda scan=scan: scan.run(log[:10]), 1)
        seconds = [timed(lambda scan=scan, y=y: scan.run(y)) for y in (log, gappy)]
        line(f"scan, {name}", seconds[0], n, f"first call {compiling:.1f} s")
        line("  3 % of cells missing, gaps of its own in each series", seconds[1], n)
    ends = np.full(n, MONTHS - WATCHED - 3, dtype=np.int64)
    few = 2_000
    for name, task in (
        ("smoothing, forecast of 12 months", lambda k: LOGS.forecast(values[:k], ends[:k], 12)),
        ("smoothing, six calibration origins", lambda k: calibrate(values[:k], ends[:k], 12, LOGS)),
        ("quasi-Poisson, forecast of 12 months",
         lambda k: forecast_counts(values[:k], ends[:k], 12)),
    ):  # fmt: skip
        compiling = timed(lambda task=task: task(2), 1)
        line(name, timed(lambda task=task: task(few)), few, f"first call {compiling:.1f} s")


def whole(n: int) -> None:
    """In a process of its own: the whole of screen on n series; prints seconds and memory."""
    import polars as pl

    from tradeflow.detect.monthly.screen import screen
    from tradeflow.panel.model import Panel
    from tradeflow.panel.states import State
    from tradeflow.simulate.arrays import simulate_panel

    values = np.empty((n, MONTHS))
    for i in range(0, n, 5_000):
        made = simulate_panel(min(5_000, n - i), MONTHS, seed=1, first=i, shift_share=0.1)
        values[i : i + 5_000] = made.values

    def panel(k: int) -> Panel:
        return Panel(
            values[:k], np.full((k, MONTHS), State.REPORTED, dtype=np.uint8),
            np.full((k, MONTHS), np.nan), pl.DataFrame({"hs6": np.arange(k).astype(str)}),
            tuple(periods()), "M", "hs6", "value_usd", "USD", ("simulated",),
        )  # fmt: skip

    first = timed(lambda: screen(panel(100)), 1)
    seconds = timed(lambda: screen(panel(n)), 1)
    unit = 1e9 if sys.platform == "darwin" else 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    print(json.dumps([first, seconds, peak]))


def million(n: int) -> None:
    """Print what screen needs on n series."""
    command = [sys.executable, __file__, "--whole", str(n)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    first, seconds, peak = json.loads(done.stdout.splitlines()[-1])
    line("screen() in full, rules to q-values and outliers", seconds, n)
    print(
        f"  {n:,} series: {seconds:.1f} s, peak {peak:.2f} GB, simulated panel included. The null "
        f"is simulated once per design: {first:.1f} s with start-up, not in the line above."
    )


def truth(n: int) -> dict[str, Any]:
    """Simulated series, half with a shift: in the middle for the scan, at the end for alarms."""
    from tradeflow.simulate.arrays import simulate_panel

    out = {}
    for key, options in SETTINGS.items():
        for kind, at in (("scan", (30, 90)), ("alarm", MONTHS - WATCHED)):
            out[f"{kind}, {key}"] = simulate_panel(
                n, MONTHS, seed=7, shift_share=0.5, shift_at=at, shift_log=(0.3, 1.0), **options
            )
    return out


def own_scan(log: np.ndarray) -> Flags:
    """Scan of the package, at a false-discovery rate of 10 %."""
    from tradeflow.detect.monthly.design import candidate_dates, regressors
    from tradeflow.detect.monthly.null import simulate_null
    from tradeflow.detect.monthly.shift_scan import ShiftScan
    from tradeflow.detect.multiplicity import q_values

    scan = ShiftScan(regressors(periods()), candidate_dates(periods(), margin=18))
    if not NULL:
        NULL.append(simulate_null(scan))
    started = time.perf_counter()
    found = scan.run(log)
    p = NULL[0].p_lasting(found)
    SECONDS.append(time.perf_counter() - started)
    return q_values(p) <= 0.10, found.date


NULL: list[Any] = []
SECONDS: list[float] = []


def own_intervals(values: np.ndarray) -> np.ndarray:
    """Calibrated 95 % intervals of the watched months, in logs."""
    from tradeflow.detect.monthly.conformal import calibrate
    from tradeflow.detect.monthly.engines import LOGS

    ends = np.full(len(values), MONTHS - WATCHED, dtype=np.int64)
    made = LOGS.forecast(values, ends, WATCHED)
    calibration = calibrate(values, ends, WATCHED, LOGS)
    half = made.width * calibration.scale[:, None] * calibration.quantile(0.95)
    return np.array([made.mean - half, made.mean + half])


def judge_scan(flags: np.ndarray, at: np.ndarray, panel: Any) -> str:
    """Found, found with the date within three months, false alarms, false-discovery proportion."""
    real = panel.shift_index >= 0
    near = np.abs(at - panel.shift_index) <= NEAR
    false = (flags & ~real).sum() / max(flags.sum(), 1)
    return (
        f"{flags[real].mean():7.0%} {(flags & near)[real].mean():7.0%} "
        f"{flags[~real].mean():7.0%} {false:7.0%}"
    )


def judge_alarm(interval: np.ndarray, panel: Any) -> str:
    """Share of watched months outside the 95 % interval, with and without a shift."""
    actual = np.log(panel.values[:, -WATCHED:])
    outside = (actual < interval[0]) | (actual > interval[1])
    real = panel.shift_index >= 0
    return f"{outside[real].mean():7.1%} {outside[~real].mean():7.1%}"


def compare(n: int, others: list[str]) -> None:
    """Time and quality of everything, on the same series."""
    panels = truth(n)
    logs = {key: np.log(panel.values) for key, panel in panels.items()}
    scans = {key: log for key, log in logs.items() if key.startswith("scan")}
    alarms = {key: log for key, log in logs.items() if key.startswith("alarm")}
    names = "".join(f"{key.removeprefix('scan, '):^32}" for key in scans)
    head = "  found   dated   false     FDP"
    print(f"\nlevel shifts of 0.3 to 1 log point in half of {n} simulated series (noise sd 0.2)")
    print(f"{'':34} {'µs':>9} {names}\n{'':34} {'':9} {head * len(scans)}")
    answers = {key: own_scan(log) for key, log in scans.items()}
    answers = {key: own_scan(log) for key, log in scans.items()}
    seconds = float(np.mean(SECONDS[len(scans) :]))
    report(
        "tradeflow scan, q 0.10", seconds, [judge_scan(*answers[k], panels[k]) for k in scans], n
    )
    for name in SHIFT_PEERS:
        done = ask(name, scans, others)
        if done is None:
            print(f"{name:34} not installed")
            continue
        cells = [judge_scan(np.array(done[k][1][0], bool), np.array(done[k][1][1]), panels[k])
                 for k in scans]  # fmt: skip
        report(name, float(np.mean([done[k][0] for k in scans])), cells, n)
    print(
        f"\nmonths outside the 95 % interval, {WATCHED} months ahead: promised 5 % without a shift"
    )
    head = "  shift      no"
    names = "".join(f"{key.removeprefix('alarm, '):^16}" for key in alarms)
    print(f"{'':34} {'µs':>9} {names}\n{'':34} {'':9} {head * len(alarms)}")
    own_intervals(panels[next(iter(alarms))].values[:50])
    started = time.perf_counter()
    made = {key: own_intervals(panels[key].values) for key in alarms}
    seconds = (time.perf_counter() - started) / len(alarms)
    report("tradeflow monitor, calibrated", seconds, [judge_alarm(made[k], panels[k]) for k in alarms], n)  # fmt: skip # noqa: E501
    for name in FORECAST_PEERS:
        done = ask(name, alarms, others)
        if done is None:
            print(f"{name:34} not installed")
            continue
        cells = [judge_alarm(np.array(done[k][1]), panels[k]) for k in alarms]
        report(name, float(np.mean([done[k][0] for k in alarms])), cells, n)


def report(name: str, seconds: float, cells: list[str], n: int) -> None:
    """Print one line of a comparison."""
    print(f"{name:34} {1e6 * seconds / n:9.0f} {' '.join(cells)}", flush=True)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=300, help="of the comparison with peers")
    parser.add_argument("--screened", type=int, default=1_000_000, help="of screen() in full")
    parser.add_argument("--peer-python", action="append", default=[], metavar="PATH")
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--whole", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(*options.work)
    elif options.whole:
        whole(options.whole)
    else:
        speed()
        million(options.screened)
        compare(options.series, options.peer_python)


if __name__ == "__main__":
    main()
