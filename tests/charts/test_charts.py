from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pytest
from figure_texts import boxes, hard_to_read, overlaps, words
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import tradeflow as tf
from tradeflow.charts.annual.category import draw_category
from tradeflow.charts.annual.words import headline, overview_headline, subtitle
from tradeflow.charts.marks import chosen_marks, key
from tradeflow.charts.page import figure_of
from tradeflow.charts.phrases import baskets, odds, relative
from tradeflow.charts.save import draw_gallery, save_figure
from tradeflow.charts.style import PALETTE, UNCOMPARABLE
from tradeflow.charts.wrap import width, wrap
from tradeflow.errors import OutputError, UnknownNameError
from tradeflow.nomenclature.categories import all_categories

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.detect.annual.result import ShiftTable

STEP = 8.0  # least difference of lightness (CIE L*, 0 to 100) between neighbours in grey
NAMES = sorted(all_categories())


@pytest.fixture(scope="module")
def shifts() -> ShiftTable:
    return tf.detect_shifts(tf.panel(tf.load_sample(backend="polars")), baskets=500)


def check_texts(fig: Figure) -> None:
    assert len(boxes(fig)) > 20
    assert hard_to_read(fig) == []


@pytest.fixture(scope="module", params=NAMES)
def drawn(request: pytest.FixtureRequest, shifts: ShiftTable) -> tuple[str, Figure]:
    """Every category with its figure, drawn once."""
    return request.param, draw_category(shifts, request.param)


def test_no_text_overlaps_or_leaves_the_figure(drawn: tuple[str, Figure]) -> None:
    check_texts(drawn[1])


def test_no_text_overlaps_in_the_overview(shifts: ShiftTable) -> None:
    check_texts(figure_of(tf.plot_overview(shifts)))


def test_the_check_itself_sees_an_overlap(shifts: ShiftTable) -> None:
    fig = draw_category(shifts, "jammers")
    fig.text(0.1, 0.98, "over the title", va="top")
    assert overlaps(boxes(fig))


def test_figure_says_what_it_must(shifts: ShiftTable, drawn: tuple[str, Figure]) -> None:
    name, fig = drawn
    said = words(fig)
    row = shifts[name]
    for phrase in (
        " ".join(headline(row, shifts).split()),
        all_categories()[name].cannot_show,
        "CEPII, BACI V202501",
        "Gaulier, G. and Zignago, S. (2010)",
        "since 2022 the Chinese report alone carries the flow",
        "Category map 20",
        f"tradeflow {tf.__version__}",
        "Full-scale invasion of Ukraine, 24 Feb 2022",
        *row.flags,
    ):
        assert phrase in said


@pytest.mark.parametrize(
    ("name", "there", "absent"),
    [
        ("machine_tools", ["8.0 times the 2019\u201321 level", "4.8 times what"], ["but"]),
        (
            "bearings",
            ["3.8 times the 2019\u201321 level", "but borderline", "moved as far"],
            ["fewer"],
        ),
        ("optics_thermal", ["but not rare"], ["fewer"]),
        ("jammers", ["no shift beyond comparable goods"], ["basket"]),
        ("chips", ["no shift beyond comparable goods"], ["basket"]),
        ("uav_parts", ["no shift beyond", "within the swings of its own history"], ["basket"]),
        ("electronic_components", ["6 % below the", "34 % below what comparable"], ["times"]),
        ("uav_complete", ["no comparable series across 2021/22"], ["shift", "times", "level"]),
    ],
)
def test_titles_are_as_loud_as_the_finding(
    shifts: ShiftTable, name: str, there: list[str], absent: list[str]
) -> None:
    title = headline(shifts[name], shifts).replace("\u00a0", " ")
    assert [w for w in there if w not in title] == []
    assert [w for w in absent if w in title] == []
    assert "prove" not in title


@pytest.mark.parametrize(
    ("low", "high", "q", "title", "why"),
    [
        (
            1e6,
            9e6,
            0.1046,
            "no shift shown that is sure among all goods tested; ",
            "q = 0.105, abo",
        ),
        (
            -9e6,
            -1e6,
            0.2,
            "no shift shown that is sure among all goods tested; ",
            "q = 0.200, abov",
        ),
        (1e3, 9e3, 0.01, "no shift shown that is worth 0.10 m USD a year; ", "a year in 2019"),
        (-1e6, 9e6, 0.2, "no shift beyond comparable goods; ", "a year in 2019"),
    ],
)
def test_an_interval_without_0_and_no_shift_are_reconciled(
    shifts: ShiftTable, *, low: float, high: float, q: float, title: str, why: str
) -> None:
    """The interval is for one good, the verdict for all of them together."""
    row = replace(shifts["jammers"], excess_low_usd=low, excess_high_usd=high, q=q)
    said = subtitle(row, shifts).replace("\u00a0", " ")
    assert title in headline(row, shifts).replace("\u00a0", " ")
    assert why in said
    assert ("leaves out 0" in said) is ("above 0.1" in said) is (q > 0.1 and "sure" in title)


def test_an_exceptional_title_names_its_rarity(shifts: ShiftTable) -> None:
    row = replace(shifts["machine_tools"], rarity="exceptional", placebo_share=1e-4)
    assert "fewer than 1 placebo basket in 1,000 moved as far" in headline(row, shifts)


def test_overview_headline_follows_the_table(shifts: ShiftTable) -> None:
    def title(*, exceptional: bool) -> str:
        rarity = "exceptional" if exceptional else "not rare"
        row = replace(shifts["chips"], verdict="surge", exceptional=exceptional, rarity=rarity)
        return overview_headline([row])

    assert title(exceptional=True).startswith("Integrated circuits (CHPL tier 1) stands out")
    assert title(exceptional=False).startswith("None of 1")


@pytest.mark.parametrize(
    ("share", "expected"),
    [(1e-4, (0, 1000)), (0.002, (1, 500)), (0.003, (3, 1000)), (0.1, (1, 10)), (0.16, (16, 100))],
)
def test_odds(share: float, expected: tuple[int, int]) -> None:
    assert odds(share) == expected
    assert f"in {expected[1]:,}" in baskets(share)


@pytest.mark.parametrize(
    ("ratio", "words"),
    [(8.03, "8.0 times it"), (1.33, "33 % above it"), (0.5, "50 % below it"), (1.0, "equal to it")],
)
def test_relative(ratio: float, words: str) -> None:
    assert relative(ratio, "it").replace("\u00a0", " ") == words


def lightness(color: str) -> float:
    """CIE L*, which a grey print keeps."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return float(116 * np.dot([0.2126, 0.7152, 0.0722], linear) ** (1 / 3) - 16)


def test_palette_is_readable_in_grey() -> None:
    assert min(np.diff([lightness(c) for c in PALETTE])) > STEP
    assert lightness(UNCOMPARABLE) < lightness("white") - STEP


def test_nothing_is_written_where_nothing_can_be(shifts: ShiftTable, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError):
        save_figure(draw_category(shifts, "jammers"), tmp_path / "file" / "x.png")


def test_gallery_holds_overview_and_categories(shifts: ShiftTable, tmp_path: Path) -> None:
    few = replace(shifts, rows=shifts.rows[:2])
    written = draw_gallery(few, tmp_path)
    stems = ["overview", *(row.name for row in few.rows)]
    assert [p.name for p in written] == [f"{s}.{e}" for s in stems for e in ("png", "svg")]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in written)


@pytest.mark.parametrize("name", ["jammers", "uav_complete"])
def test_axes_given_are_axes_returned(shifts: ShiftTable, name: str) -> None:
    ax = Figure(figsize=(8, 5)).add_subplot()
    flows = tf.load_sample(backend="polars").head(0)
    assert tf.plot_category(flows, name, ax=ax, shifts=shifts) is ax
    assert overlaps(boxes(figure_of(ax))) == []


def test_overview_on_axes_given(shifts: ShiftTable) -> None:
    ax = Figure(figsize=(8, 6)).add_subplot()
    assert shifts.plot(ax=ax) is ax
    assert "stand" in ax.get_title(loc="left") or "None of" in ax.get_title(loc="left")


def test_overview_of_codes(shifts: ShiftTable) -> None:
    codes = replace(
        shifts,
        by="hs6",
        rows=tuple(replace(row, name=f"8543{i:02d}") for i, row in enumerate(shifts.rows)),
    )
    labels = [t.get_text() for t in tf.plot_overview(codes).get_yticklabels()]
    assert "Goods that test the method" not in labels


def test_unknown_category(shifts: ShiftTable) -> None:
    with pytest.raises(UnknownNameError, match="jammers"):
        tf.plot_category(tf.load_sample(), "jamers", shifts=shifts)


def test_settings_of_the_user_stay(shifts: ShiftTable, tmp_path: Path) -> None:
    settings = dict(mpl.rcParams)
    save_figure(draw_category(shifts, "jammers"), tmp_path / "x.svg")
    assert dict(mpl.rcParams) == settings


def test_bars_add_up_to_the_published_total(shifts: ShiftTable) -> None:
    row, path = shifts["radio_links"], shifts.paths["radio_links"]
    fig = draw_category(shifts, "radio_links")
    tops = [p.vertices for c in fig.axes[0].collections for p in c.get_paths()]
    for period, whole in row.values_usd.items():
        bars = [v[:, 1].max() for v in tops if np.isclose(v[:, 0].mean(), period, atol=0.2)]
        assert max(bars) >= whole / 1e6 * (1 - 1e-9)
    assert path.member_values.sum() == pytest.approx(sum(row.values_usd.values()))


def test_events_are_few_and_seen(shifts: ShiftTable) -> None:
    marks = chosen_marks(shifts.periods[2], shifts.periods[-1].replace(month=12, day=31))
    assert [m.number for m in marks] == list(range(1, len(marks) + 1))
    assert len(marks) <= 6
    seen = set(tf.events(evidence="seen")["label"])
    assert {m.label for m in marks} <= seen
    invasion = next(m for m in marks if "invasion" in m.label)
    assert invasion.x == pytest.approx(2021.5 + 54 / 365.25)
    assert "1 Jan 2022" in key(marks)


def test_wrapped_lines_fit() -> None:
    text = "Trade under a code is compatible with a use of the goods, never proof of it. " * 5
    lines = wrap(text.strip(), inches=3, size=8)
    assert max(width(line, size=8) for line in lines) <= 3
    assert " ".join(lines) == text.strip()
