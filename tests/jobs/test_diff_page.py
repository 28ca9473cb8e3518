"""The page that says what changed: every kind of change, with its reason, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tradeflow.jobs.diff import SHOWN, compare, markdown
from tradeflow.jobs.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BEFORE = Manifest(run="0001-a", code="0.1.0", map_version="1", settings="s")
AFTER = replace(BEFORE, run="0002-b")
MORE = [{"added": 3, "revised": 0, "withdrawn": 0}]
REVISED = [{"added": 0, "revised": 1, "withdrawn": 0}]
GONE = [{"added": 0, "revised": 0, "withdrawn": 2}]


def finding(verdict: str, category: str = "jammers", partner: str = "RUS") -> dict[str, Any]:
    return {
        "reporter": "CHN",
        "partner": partner,
        "category": category,
        "title": category.title(),
        "verdict": verdict,
        "sentence": f"What was heard of {category}.",
    }


def with_findings(run: Manifest, *findings: dict[str, Any], **more: Any) -> Manifest:  # noqa: ANN401
    analysis = {"source": "BACI", "freq": "A", "findings": list(findings), "why_not": ""}
    return replace(run, analyses=[analysis], **more)


def period(day: date, **more: str) -> dict[str, Any]:
    asked = {"source": "UN Comtrade", "freq": "M", "reporter": "CHN", "partner": "RUS"}
    return {**asked, "flow": "export", "goods": "all", "period": day, **more}


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("no shift", "anomalous", "new"),
        ("no shift", "unusual", "new"),
        ("no shift", "anomalous in value", "new"),
        ("unusual", "anomalous in value", "other_word"),
        (None, "anomalous", "new"),
        ("anomalous", "no shift", "gone"),
        ("unusual", None, "gone"),
        ("anomalous", "unusual", "other_word"),
        ("anomalous", "anomalous", None),
        ("no shift", "common", None),
        (None, "no shift", None),
    ],
)
def test_a_finding_is_new_gone_or_under_another_word(
    before: str | None, after: str | None, kind: str | None
) -> None:
    old = with_findings(BEFORE, *[finding(before)] * (before is not None))
    now = with_findings(AFTER, *[finding(after)] * (after is not None), taken=MORE)
    diff = compare(old, [now])
    found = {name: len(diff[name]) for name in ("new", "gone", "other_word") if diff[name]}
    assert found == ({kind: 1} if kind else {})


def test_findings_about_other_destinations_and_data_sets_are_others() -> None:
    old = with_findings(BEFORE, finding("anomalous"))
    now = with_findings(AFTER, finding("anomalous", partner="KAZ"))
    now.analyses.append({**now.analyses[0], "freq": "M", "findings": [finding("anomalous")]})
    diff = compare(old, [now])
    assert {(f["freq"], f["partner"]) for f in diff["new"]} == {("A", "KAZ"), ("M", "RUS")}
    assert [(f["freq"], f["partner"]) for f in diff["gone"]] == [("A", "RUS")]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"taken": MORE}, "more data"),
        ({"taken": REVISED}, "revision"),
        ({"taken": GONE}, "revision"),
        ({"taken": MORE + REVISED}, "more data, revision"),
        ({"map_version": "2"}, "category map 2"),
        ({"settings": "t"}, "other settings"),
        ({"code": "0.2.0"}, "code 0.2.0"),
        ({"taken": MORE, "code": "0.2.0"}, "more data, code 0.2.0"),
        ({}, "unexplained: please report it"),
    ],
)
def test_every_change_has_a_reason(changes: dict[str, Any], why: str) -> None:
    now = with_findings(AFTER, finding("anomalous"), **changes)
    (new,) = compare(with_findings(BEFORE), [now])["new"]
    assert new["why"] == why
    assert f"annual; {why})" in markdown(compare(with_findings(BEFORE), [now]))


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (None, "level shift, alarm not heard", "level shift, alarm not heard (more data): heard."),
        ("nothing unusual", "price, not volume", "price, not volume (more data): heard."),
        ("price, not volume", "too thin", "price, not volume → too thin (more data)."),
        ("alarm not heard", "price, not volume", "alarm not heard → price, not volume ("),
        ("price, not volume", None, "was price, not volume: the series is gone (more data)."),
        ("price, not volume", "price, not volume", ""),
        ("too thin", "nothing unusual", ""),
        ("unusual", "price, not volume", ""),  # said under findings withdrawn
        ("price, not volume", "anomalous", ""),  # said under new findings
    ],
)
def test_what_is_described_and_no_finding_is_told_when_its_word_changes(
    before: str | None, after: str | None, line: str
) -> None:
    said = {"sentence": "Jammers, China to Russia: heard; and more."}
    old = with_findings(BEFORE, *([finding(before) | said] if before else []))
    now = with_findings(AFTER, *([finding(after) | said] if after else []), taken=MORE)
    page = markdown(compare(old, [now]))
    assert ("## Described, and no findings" in page) == bool(line)
    assert line in page


def test_the_first_run_is_reason_enough() -> None:
    diff = compare(None, [with_findings(AFTER, finding("anomalous"), taken=MORE)])
    assert diff["new"][0]["why"] == "first run"
    assert markdown(diff).startswith("# Update 0002-b, the first run\n")


def test_the_name_of_the_goods_is_said_once() -> None:
    named = finding("anomalous") | {"sentence": "Jammers, China to Russia: what was heard."}
    page = markdown(compare(None, [with_findings(AFTER, named)]))
    assert page.count("Jammers") == 1
    assert "China to Russia: what was heard." in page


def test_what_is_gone_says_where_it_went() -> None:
    old = with_findings(BEFORE, finding("anomalous"), finding("unusual", "drones"))
    now = with_findings(AFTER, finding("no shift"), taken=REVISED)
    why = {f["category"]: f["why"] for f in compare(old, [now])["gone"]}
    assert why == {
        "jammers": "now no shift (revision)",
        "drones": "the series is gone (revision)",
    }
    silent = with_findings(AFTER)
    silent.analyses[0]["why_not"] = "Too few years."
    (gone, _) = compare(old, [silent])["gone"]
    assert gone["why"] == "not analysed: Too few years."


def test_periods_are_joined_by_question() -> None:
    months = [date(2026, month, 1) for month in (7, 8, 9)]
    late = [period(day) for day in reversed(months)]
    late += [period(months[0], goods="TOTAL"), period(date(2025, 1, 1), freq="A")]
    page = markdown(compare(BEFORE, [replace(AFTER, late=late)]))
    assert "- UN Comtrade: CHN to RUS, export, all: 2026-07 to 2026-09 (3 periods)\n" in page
    assert "- UN Comtrade: CHN to RUS, export, TOTAL: 2026-07\n" in page
    assert "- UN Comtrade: CHN to RUS, export, all: 2025\n" in page


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ((1000.0, 1500.0, 0.5), "1,000 → 1,500 USD (+50%)"),
        ((2e9, 1e9, -0.5), "2,000,000,000 → 1,000,000,000 USD (-50%)"),
        ((1000.0, None, None), "1,000 → withdrawn USD"),
        ((0.0, 7.0, None), "0 → 7 USD"),
    ],
)
def test_a_revision_shows_both_values(numbers: tuple[float, ...], says: str) -> None:
    names = ("value_before", "value_after", "change")
    row = {**period(date(2026, 7, 1)), "hs6": "854370", **dict(zip(names, numbers, strict=True))}
    page = markdown(compare(BEFORE, [replace(AFTER, revisions=[row])]))
    assert f"CHN to RUS, export, 854370, 2026-07: {says}\n" in page


def test_what_failed_and_what_was_not_analysed_say_why() -> None:
    failed = {"source": "comtrade", "goods": "all", "error": "No answer.", "note": "Three tries."}
    now = with_findings(AFTER, failed=[failed], exit=75)
    now.analyses[0] |= {"freq": "M", "why_not": "Too few months."}
    page = markdown(compare(BEFORE, [now]))
    assert "## Sources that failed\n\n- **comtrade** (all): No answer. Three tries.\n" in page
    assert "## Not analysed\n\n- BACI, monthly: Too few months.\n" in page


def test_a_long_list_is_cut_and_says_so() -> None:
    many = [finding("anomalous", f"goods{i:03}") for i in range(SHOWN + 7)]
    page = markdown(compare(BEFORE, [with_findings(AFTER, *many)]))
    assert page.count("**Goods") == SHOWN
    assert "… and 7 more, all in the JSON beside this page." in page


def test_a_run_without_changes_claims_none_and_keeps_the_caveat() -> None:
    page = markdown(compare(with_findings(BEFORE), [with_findings(AFTER)]))
    assert page.startswith("# Update 0002-b since 0001-a\n")
    assert "\n- " not in page
    assert "prove nothing about" in page


def test_the_program_compares_any_two_runs(
    tmp_path: Path, cli: Callable[..., tuple[int, str, str]]
) -> None:
    for number, verdict in enumerate(("no shift", "unusual", "anomalous"), 1):
        run = replace(BEFORE, run=f"000{number}-20261122T120000Z", taken=MORE)
        with_findings(run, finding(verdict)).write(tmp_path)
    code, out, _ = cli("diff", "--home", str(tmp_path))
    assert (code, "unusual → anomalous" in out) == (0, True)
    code, out, _ = cli("diff", "1", "latest", "--home", str(tmp_path), "--format", "json")
    (diff,) = json.loads(out)
    assert code == 0
    assert [f["verdict"] for f in diff["new"]] == ["anomalous"]
    assert diff["before"].startswith("0001-")
    code, _, err = cli("diff", "4", "--home", str(tmp_path))
    assert (code, "Run '4' is not known" in err) == (2, True)
