"""The edge of the package: pandas or Polars in, the same kind out, Polars inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from tradeflow.errors import UsageError
from tradeflow.options import Backend, one_of

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    Frame: TypeAlias = pd.DataFrame | pl.DataFrame

_INSTEAD: Final = {
    "LazyFrame": "Collect lazy frames first.",
    "Panel": "Give the flow table that the panel was made of.",
}


def to_polars(frame: Frame) -> pl.DataFrame:
    """Return `frame` as a Polars frame, without its index.

    Raises
    ------
    UsageError
        If `frame` is not an eager data frame.
    """
    import narwhals.stable.v2 as nw
    import polars as pl

    if isinstance(frame, pl.DataFrame):
        return frame
    try:
        return nw.from_native(frame, eager_only=True).to_polars()
    except TypeError as error:
        got = type(frame).__name__
        hint = _INSTEAD.get(got, "tf.read_flows(path) reads one from a file.")
        raise UsageError(f"Expected a pandas or Polars data frame, got {got}. {hint}") from error


def backend_of(frame: Frame) -> Backend:
    """Say which kind of frame a caller works with."""
    import polars as pl

    return "polars" if isinstance(frame, pl.DataFrame) else "pandas"


def to_backend(frame: pl.DataFrame, backend: Backend) -> Frame:
    """Hand a Polars frame to the caller in the kind that the caller works with."""
    one_of(backend, Backend, name="backend")
    return frame if backend == "polars" else frame.to_pandas()
