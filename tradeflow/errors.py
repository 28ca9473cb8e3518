"""Everything that tradeflow raises or warns about, in one tree.

Each class also inherits the builtin that a caller would expect, so that
``except ValueError`` catches bad values and ``except TradeflowError`` catches all.
A message says what happened, where, and what to do next.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class TradeflowError(Exception):
    """Base of all errors that tradeflow raises on purpose."""


class UsageError(TradeflowError, ValueError):
    """An argument has a value that the function does not accept."""


class UnknownNameError(TradeflowError, LookupError):
    """A category, sample, country, code or column that nobody knows."""

    @classmethod
    def of(cls, kind: str, name: str, known: Iterable[str], *, hint: str = "") -> UnknownNameError:
        """Build the message, with the nearest known name if one is near."""
        near = get_close_matches(name, list(known), n=1, cutoff=0.6)
        meant = f" Did you mean {near[0]!r}?" if near else ""
        more = f" {hint}" if hint else ""
        return cls(f"{kind} {name!r} is not known.{meant}{more}")


class UnknownCodeError(UnknownNameError):
    """A commodity code that does not exist in the edition named."""


class DataError(TradeflowError, ValueError):
    """Data that cannot be what they claim to be."""


class InputFileError(DataError):
    """A file that cannot be read as what it should be, with file, line and remedy."""

    def __init__(
        self, path: str | Path, problem: str, *, remedy: str, line: int | None = None
    ) -> None:
        where = f"{path}, line {line}" if line is not None else f"{path}"
        super().__init__(f"{where}: {problem} {remedy}")
        self.path, self.problem, self.remedy, self.line = str(path), problem, remedy, line


class SchemaError(DataError):
    """A table whose columns, types or values break the flow-table contract."""


class DuplicateKeyError(DataError):
    """Two rows state the same cell; adding them up would count trade twice."""


class TooShortError(DataError):
    """Too few periods or comparable goods for the method asked for."""


class ResponseChanged(DataError):
    """A source's columns or fields are not those that were documented.

    Attributes
    ----------
    gone, new
        Names that were expected and are absent, and names that nobody expected.
    """

    def __init__(self, where: str, *, gone: Iterable[str], new: Iterable[str]) -> None:
        self.gone, self.new = tuple(gone), tuple(new)
        parts = [
            f"{word} {', '.join(map(repr, names))}"
            for word, names in (("gone:", self.gone), ("new:", self.new))
            if names
        ]
        super().__init__(
            f"{where}: the columns are not those documented ({'; '.join(parts)}). Nothing was "
            "read from it. Either this is another file, or the source has changed: compare "
            "with the source's documentation, and report it if so."
        )


class TruncatedExport(DataError):
    """As many rows as the source gives at most: the rest is missing without a word."""


class UnsafeArchive(DataError):
    """An archive that expands beyond reason, or would write outside its folder."""


class MissingTool(TradeflowError, OSError):
    """A library or program that this kind of file needs is not installed."""


class SourceError(TradeflowError, OSError):
    """A source did not give what was asked for; nothing that was received before is lost."""


class Unreachable(SourceError):
    """A source did not answer, or not in full, as often as it was asked: try again later."""


class Throttled(Unreachable):
    """The source asks for a pause.

    Attributes
    ----------
    seconds
        How long.
    """

    def __init__(self, message: str, *, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class QuotaExhausted(SourceError):
    """No calls are left for now.

    Attributes
    ----------
    seconds
        Until calls are granted again; None if the source does not say.
    """

    def __init__(self, message: str, *, seconds: float | None = None) -> None:
        super().__init__(message)
        self.seconds = seconds


class KeyRefused(SourceError, PermissionError):
    """A key is needed and absent, or was not accepted."""


class QueryRefused(SourceError, ValueError):
    """A source refused the question itself; asking again would not help."""


class BadAnswer(SourceError, ValueError):
    """An answer arrived that is not what the source documents."""


class Locked(TradeflowError, OSError):
    """Another run holds the folder."""


class OutputError(TradeflowError, OSError):
    """A result that cannot be written where it was asked for."""


class TradeflowWarning(UserWarning):
    """Base of all warnings."""


class LowCoverageWarning(TradeflowWarning):
    """A result rests on few data."""
