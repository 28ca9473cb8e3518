"""The screen's answers do not depend on who carries out its chunks."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

import pytest
from same_screen import assert_same_screen

import tradeflow as tf
from tradeflow.detect.monthly import screen as screening

if TYPE_CHECKING:
    import polars as pl


@pytest.mark.parametrize("chunk", [30, 500])
def test_chunks_do_not_matter(
    eu: pl.DataFrame, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    panel = tf.panel(eu, by="category")
    whole = tf.screen(panel)
    monkeypatch.setattr(screening, "CHUNK", chunk)
    assert_same_screen(tf.screen(panel), whole)


def test_a_process_pool_answers_alike(eu: pl.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = tf.panel(eu, by="hs6")
    here = tf.screen(panel)
    monkeypatch.setattr(screening, "CHUNK", 400)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert_same_screen(tf.screen(panel, mapper=pool.map), here)
