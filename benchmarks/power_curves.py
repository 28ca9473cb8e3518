"""Power of the monthly scan and of the alarm, on simulated series.

    python benchmarks/power_curves.py [folder, by default docs/explanation]

Writes power.csv, power.svg, power.png and, if the folder has it, the tables in monthly.md. Each
panel of series holds 80 % that do not shift and a fifth that shift, in equal parts by 0.2, 0.5, 1
and 2 log points; all are judged together at q = 0.10. Nothing here is read from real trade.
"""

from __future__ import annotations

import csv
import sys
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from tradeflow.charts.style import FAINT, INK, PALETTE, RULE, styled
from tradeflow.detect.monthly.design import candidate_dates, regressors
from tradeflow.detect.monthly.engines import COUNTS, LOGS, Engine
from tradeflow.detect.monthly.null import simulate_null
from tradeflow.detect.monthly.shift_scan import ShiftScan
from tradeflow.detect.monthly.watch import watch
from tradeflow.detect.multiplicity import q_values
from tradeflow.simulate.arrays import simulate_panel

MONTHS = 96
MARGIN = 14  # screen's: 15 % of the months, at least 12
GUARD = 3  # monitor's
RATE = 0.10
SIZES = (0.2, 0.5, 1.0, 2.0)
SCAN_AGES = (3, 6, 12, 18, 24, 36)
TABLED = (3, 6, 12, 24)
BEGIN, END = "<!-- written by benchmarks/power_curves.py -->", "<!-- end of what it writes -->"
SCAN_DRAWN = (18, 24, 36)  # at 3, 6 and 12 months the scan can date nothing: see the table
SPANS = (3, 6, 12)
SERIES = 1_000
SHIFTED = 50  # of each size
SCAN_REPEATS, MONITOR_REPEATS = 10, 4
SEED = 2022

SETTINGS: dict[str, dict[str, Any]] = {
    "independent": {},
    "AR(1) 0.7": {"rho": 0.7},
    "drift 0.1": {"drift": 0.1},
    "t with 3 df": {"tails": "t3"},
    "5 % outliers": {"outlier_share": 0.05},
    "AR(1) 0.7, t with 3 df": {"rho": 0.7, "tails": "t3"},
    "AR(1) 0.7, 5 % outliers": {"rho": 0.7, "outlier_share": 0.05},
    "30 % zeros": {"zero_share": 0.3},
}
DRAWN = tuple(SETTINGS)[:5]  # in the figure; all are in the table
COLOURS = (INK, PALETTE[1], PALETTE[2], PALETTE[3], "#5aa982")
MARKERS = "os^Dv"
NO_LOGS = ("30 % zeros",)  # more than 10 % of months without trade: the scan does not test these


@dataclass(slots=True)
class Tally:
    """What repeated draws of one cell said."""

    found: list[list[float]] = field(default_factory=list)
    false: list[float] = field(default_factory=list)
    five: list[float] = field(default_factory=list)

    def add(self, p: np.ndarray, size: np.ndarray) -> None:
        """Judge one panel of p-values; `size` is the truth."""
        listed, real = q_values(p) <= RATE, size > 0
        self.found.append([float(listed[size == s].mean()) for s in SIZES])
        self.false.append((listed & ~real).sum() / max(listed.sum(), 1))
        self.five.append(float((p[~real] <= 0.05).mean()))


def panel(setting: str, repeat: int, at: int) -> tuple[np.ndarray, np.ndarray]:
    """Values of one panel, and the true size of each series' shift."""
    options = SETTINGS[setting]
    seed = SEED + repeat
    still = SERIES - SHIFTED * len(SIZES)
    parts = [simulate_panel(still, MONTHS, seed=seed, **options)]
    parts += [
        simulate_panel(
            SHIFTED, MONTHS, seed=seed, first=still + k * SHIFTED,
            shift_share=1.0, shift_at=at, shift_log=size, **options,
        )
        for k, size in enumerate(SIZES)
    ]  # fmt: skip
    return np.vstack([p.values for p in parts]), np.concatenate([p.shift_log for p in parts])


def scan_cells() -> dict[tuple[str, str, int], Tally]:
    """Run the scan on every setting and age."""
    periods = [date(2016 + i // 12, i % 12 + 1, 1) for i in range(MONTHS)]
    scan = ShiftScan(regressors(periods), candidate_dates(periods, margin=MARGIN))
    null = simulate_null(scan)
    out = {}
    for setting in (s for s in SETTINGS if s not in NO_LOGS):
        for age in SCAN_AGES:
            tally = out["scan", setting, age] = Tally()
            for repeat in range(SCAN_REPEATS):
                values, size = panel(setting, repeat, MONTHS - age)
                found = scan.run(np.log(values))
                tally.add(null.p_lasting(found), size)
    return out


def monitor_cells() -> dict[tuple[str, str, int], Tally]:
    """Run the alarm on every setting; one watch of twelve months answers for every span."""
    out = {("monitor", s, span): Tally() for s in SETTINGS for span in SPANS}
    for setting in SETTINGS:
        engine: Engine = COUNTS if setting in NO_LOGS else LOGS
        for repeat in range(MONITOR_REPEATS):
            start = MONTHS - max(SPANS)
            values, size = panel(setting, repeat, start)
            p = watch(values, start, GUARD, engine, SPANS).p
            for k, span in enumerate(SPANS):
                out["monitor", setting, span].add(p[:, k], size)
    return out


def rows(cells: dict[tuple[str, str, int], Tally]) -> list[dict[str, object]]:
    """One row per method, setting, age and size, with Monte-Carlo standard errors."""
    out: list[dict[str, object]] = []
    for (method, setting, age), tally in cells.items():
        found, found_se = mean_and_error(np.array(tally.found))
        false, false_se = mean_and_error(np.array(tally.false))
        out += [
            {
                "data": "simulated",
                "method": method,
                "noise": setting,
                "months_after": age,
                "shift_log": size,
                "found": f"{found[k]:.3f}",
                "found_se": f"{found_se[k]:.3f}",
                "false_discovery_proportion": f"{false:.3f}",
                "false_discovery_se": f"{false_se:.3f}",
                "p_at_most_5_percent_without_shift": f"{np.mean(tally.five):.3f}",
                "panels": len(tally.false),
                "series_each": SERIES,
            }
            for k, size in enumerate(SIZES)
        ]
    return out


def mean_and_error(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over repeats and its standard error."""
    return x.mean(axis=0), x.std(axis=0, ddof=1) / np.sqrt(len(x))


def percent(x: float) -> str:
    """Write a share."""
    return f"{100 * x:.0f} %"


def false_cell(tally: Tally) -> str:
    """Share of the list that is false with its standard error, and share of p at most 5 %."""
    false, error = mean_and_error(np.array(tally.false))
    return f"{100 * false:.1f} ± {100 * error:.1f} % / {100 * np.mean(tally.five):.1f} %"


def false_rows(cells: dict[tuple[str, str, int], Tally]) -> list[str]:
    """Table of false discoveries."""
    columns = [("scan", 24), *(("monitor", span) for span in SPANS)]
    head = ["simulated noise", *(f"`{'screen' if m == 'scan' else m}`, {a}" for m, a in columns)]
    out = ["| " + " | ".join(f"{h} months" if "`" in h else h for h in head) + " |"]
    out.append("|---" * len(head) + "|")
    for setting in SETTINGS:
        found = [cells.get((method, setting, age)) for method, age in columns]
        shown = [false_cell(tally) if tally else "not tested on logs" for tally in found]
        out.append(f"| {setting} | " + " | ".join(shown) + " |")
    return out


def found_rows(cells: dict[tuple[str, str, int], Tally]) -> list[str]:
    """Table of shifts found: in each cell the sizes 0.2, 0.5, 1 and 2."""
    out = ["| simulated noise | method | " + " | ".join(f"{a} months" for a in TABLED) + " |"]
    out.append("|---" * (len(TABLED) + 2) + "|")
    for setting in SETTINGS:
        for method, word in (("scan", "screen"), ("monitor", "monitor")):
            row = [cells.get((method, setting, age)) for age in TABLED]
            if not any(row):
                continue
            shown = [" / ".join(percent(x).removesuffix(" %") for x in np.mean(t.found, axis=0))
                     if t else "" for t in row]  # fmt: skip
            out.append(f"| {setting} | {word} | " + " | ".join(shown) + " |")
    return out


def insert(page: Path, cells: dict[tuple[str, str, int], Tally]) -> None:
    """Put the tables between their marks in the page."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    told = [
        "Simulated: the share of the *list* that is false (promised: at most 10 %), and the share",
        "of series without a shift whose p-value is at most 5 %.",
        "",
        *false_rows(cells),
        "",
        "![Simulated power of screen and monitor](power.svg)",
        "",
        "Simulated: per cent of the shifts of 0.2 / 0.5 / 1 / 2 log points found, 3 to 24 months",
        "after them, at a false-discovery rate of 10 %.",
        "",
        *found_rows(cells),
    ]
    page.write_text(
        "\n".join([before + BEGIN, "", *told, "", END + after]), encoding="utf-8", newline="\n"
    )


def draw(cells: dict[tuple[str, str, int], Tally], folder: Path) -> None:
    """Small multiples: method by months after the shift."""
    with styled():
        figure, axes = plt.subplots(2, 3, figsize=(8.6, 5.2), sharex=True, sharey=True)
        for column in range(3):
            panel_of(axes[0, column], cells, "scan", SCAN_DRAWN[column])
            panel_of(axes[1, column], cells, "monitor", SPANS[column])
        handles = axes[0, 0].get_lines()[: len(DRAWN)]
        label(figure, axes, handles)
        metadata = {"Date": None, "Creator": None}
        figure.savefig(folder / "power.svg", metadata=metadata)
        figure.savefig(folder / "power.png", dpi=160, metadata={"Software": None})
        plt.close(figure)


def panel_of(axis: Any, cells: dict[tuple[str, str, int], Tally], method: str, age: int) -> None:
    """Share found against size, one line per kind of noise."""
    place = np.arange(len(SIZES))
    for k, setting in enumerate(DRAWN):
        found, error = mean_and_error(np.array(cells[method, setting, age].found))
        x = place + 0.06 * (k - 2)
        axis.plot(x, found, color=COLOURS[k], marker=MARKERS[k], ms=3.4, lw=1.1, label=setting)
        axis.vlines(x, found - 2 * error, found + 2 * error, color=COLOURS[k], lw=0.8)
    word = "months after it" if method == "scan" else "months under watch"
    axis.set_title(f"{method}: {age} {word}", loc="left")
    axis.grid(axis="y", color=RULE, lw=0.4)


def label(figure: Any, axes: Any, handles: Any) -> None:
    """Titles, axes, legend and note."""
    axes[0, 0].set_xticks(range(len(SIZES)), [f"{s:g}" for s in SIZES])
    axes[0, 0].set_ylim(-0.03, 1.03)
    axes[0, 0].set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
    for axis in axes[:, 0]:
        axis.set_ylabel("share of shifts found")
    for axis in axes[1]:
        axis.set_xlabel("size of the shift, log points")
    figure.legend(
        handles=handles, loc="center left", bbox_to_anchor=(0.815, 0.53),
        title="noise, standard\ndeviation 0.2", alignment="left",
    )  # fmt: skip
    figure.text(
        0.012, 0.965, "Simulated: how many shifts are found at a false-discovery rate of 10 %",
        fontsize=11, weight="bold", va="center",
    )  # fmt: skip
    figure.text(
        0.012, 0.018,
        "Simulated series of 96 months, a fifth of them with a shift. Bars: two Monte-Carlo "
        f"standard errors. The scan dates no shift younger than {MARGIN} months\nand finds "
        "next to none 3, 6 or 12 months after it: such shifts are the monitor's business.",
        fontsize=6.8, color=FAINT, va="bottom",
    )  # fmt: skip
    figure.subplots_adjust(left=0.075, right=0.81, top=0.885, bottom=0.155, hspace=0.22, wspace=0.1)


def main() -> None:
    """Draw, write, and print the false-discovery proportions."""
    default = Path(__file__).parents[1] / "docs" / "explanation"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    started = time.perf_counter()
    cells = scan_cells() | monitor_cells()
    table = rows(cells)
    with (folder / "power.csv").open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, fieldnames=list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    draw(cells, folder)
    if (folder / "monthly.md").exists():
        insert(folder / "monthly.md", cells)
    print(f"simulated, q = {RATE}; {time.perf_counter() - started:.0f} s")
    sizes = " ".join(f"{s:>5g}" for s in SIZES)
    print(f"{'method':8} {'noise':25} {'months':>6}  {sizes}  {'FDP (se)':>14} {'p<=.05':>7}")
    for (method, setting, age), tally in cells.items():
        found = " ".join(f"{x:5.2f}" for x in np.mean(tally.found, axis=0))
        false, error = mean_and_error(np.array(tally.false))
        print(
            f"{method:8} {setting:25} {age:6}  {found}  {false:6.3f} ({error:.3f}) "
            f"{np.mean(tally.five):7.3f}"
        )


if __name__ == "__main__":
    main()
