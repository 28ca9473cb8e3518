"""All fetched sources with their fakes, and files of all sources that are ingested."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import os
import random
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from loopback import StepClock
from mutation import mutate

from tradeflow.errors import TradeflowError
from tradeflow.flows.delivery import deliver
from tradeflow.flows.fetch import fetch
from tradeflow.flows.ingest import read_file
from tradeflow.sources.http.patience import Patience
from tradeflow.sources.offices import all_sources, source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loopback import Fake

    from tradeflow.flows.delivery import Delivery
    from tradeflow.sources.call import Answer
    from tradeflow.sources.http.clock import Clock
    from tradeflow.sources.source import Source

FETCHED = tuple(s.name for s in all_sources() if s.plan is not None and s.parse is not None)
FIXTURES = Path(__file__).parent / "fixtures"
FILES: tuple[tuple[str, Path, dict[str, str]], ...] = (
    ("gacc", FIXTURES / "gacc/english_2018_10_old_header.csv", {"flow": "export"}),
    ("gacc", FIXTURES / "gacc/english_2018_06_old_header.csv", {"flow": "import"}),
    ("gacc", FIXTURES / "gacc/hs4_by_partner_2024_01.csv", {"flow": "export"}),
    (
        "gacc",
        FIXTURES / "gacc/province_detail_gb18030.csv.gz",
        {"flow": "export", "period": "2024-01"},
    ),
    ("comtrade", FIXTURES / "comtrade/get_C_A_HS_china_total_2010.json", {}),
    ("comtrade", FIXTURES / "comtrade/preview_C_A_HS_india_usa_2022.json", {}),
    ("comtrade", FIXTURES / "comtrade/final_monthly_chn_imports_from_rus.csv", {}),
    ("comtrade", FIXTURES / "comtrade/comtradeplus_web_export.csv", {}),
    ("comext", FIXTURES / "comext/ds-045409_annual.csv", {}),
    ("comext", FIXTURES / "comext/full_v2_sample.dat", {}),
    ("comext", FIXTURES / "comext/historical_sample.dat", {}),
)
"""Source, file and what the file does not say itself; real but for what ORIGIN.md marks."""


def fake_of(name: str) -> tuple[type[Fake], dict[str, Any]]:
    """The fake of a source, and a question that it can answer."""
    module = import_module(f"fake_{name}")
    return module.FAKE, module.QUESTION


def key_variable(name: str) -> str | None:
    key = source(name).key
    return None if key is None or not key.needed else key.variable


def ask(
    name: str, home: Path, fake: Fake, question: dict[str, Any], clock: Clock | None = None
) -> Delivery:
    """Fetch from a fake without waiting in real time."""
    os.environ[f"TRADEFLOW_{name.upper()}_URL"] = fake.url
    try:
        return fetch(
            name,
            home=home,
            key="canary-key-42" if key_variable(name) else None,
            clock=clock or StepClock(),
            patience=Patience(chance=random.Random(1)),  # noqa: S311
            backend="polars",
            **question,
        )
    finally:
        del os.environ[f"TRADEFLOW_{name.upper()}_URL"]


@cache
def clean_answers(name: str) -> tuple[tuple[Answer, ...], tuple[bytes, ...]]:
    """Answers of an undisturbed fetch, with their bodies."""
    fake, question = fake_of(name)
    with TemporaryDirectory() as folder, fake() as server:
        answers = ask(name, Path(folder), server, question).answers
        return answers, tuple(answer.read() for answer in answers)


def damaged_answers(name: str, seed: int, number: int) -> Iterator[str]:
    """Damage one answer of a fetch at a time; give what came of each."""
    chance = random.Random(seed)  # noqa: S311
    answers, bodies = clean_answers(name)
    office = source(name)
    with TemporaryDirectory() as folder:
        for _ in range(number):
            i = chance.randrange(len(answers))
            body = mutate(bodies[i], chance)
            paths = [Path(folder) / str(k) for k in range(len(answers))]
            for path, content in zip(paths, (*bodies[:i], body, *bodies[i + 1 :]), strict=True):
                path.write_bytes(content)
            mixed = [dataclasses.replace(a, path=p) for a, p in zip(answers, paths, strict=True)]
            mixed[i] = dataclasses.replace(
                mixed[i], sha256=hashlib.sha256(body).hexdigest(), size=len(body)
            )
            yield _outcome(lambda m=mixed, k=i: _read(office, m, k))


def _read(office: Source, answers: list[Answer], damaged: int) -> None:
    if office.judge is not None:
        office.judge(answers[damaged])
    deliver(office.parse(answers), (), where=office.title, backend="polars")


def damaged_file(
    name: str, path: Path, facts: dict[str, str], seed: int, number: int
) -> Iterator[str]:
    """Damage a file that is ingested; give what came of each."""
    chance, content, title = random.Random(seed), path.read_bytes(), path.name  # noqa: S311
    if path.suffix == ".gz":  # damage what is inside: a damaged gzip is only ever that
        content, title = gzip.decompress(content), path.stem
    with TemporaryDirectory() as folder:
        bad = Path(folder) / title
        for _ in range(number):
            bad.write_bytes(mutate(content, chance))
            yield _outcome(lambda: _ingest(name, bad, facts))


def _ingest(name: str, path: Path, facts: dict[str, str]) -> None:
    parsed = read_file(source(name), path, path.name, {"release": "fuzz", **facts})
    deliver(parsed, (), where=str(path), backend="polars")


def _outcome(work: Callable[[], None]) -> str:
    try:
        work()
    except TradeflowError as error:
        return type(error).__name__
    return "read"
