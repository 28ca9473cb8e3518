"""What a set of exports covers together: months, gaps, overlaps, repetitions, cut-off files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tradeflow.errors import TradeflowError, UsageError
from tradeflow.frames import to_backend
from tradeflow.nomenclature.countries import country
from tradeflow.sources.gacc.check import repeated, stamped
from tradeflow.sources.gacc.parse import ROW_CAP, parse_export
from tradeflow.sources.gacc.table import read_export
from tradeflow.sources.gacc.together import SET, gaps, mixtures, overlaps
from tradeflow.sources.gacc.told import checked_period, direction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.frames import Frame
    from tradeflow.options import Backend
    from tradeflow.sources.gacc.together import Finding

FINDINGS: Final = {"kind": pl.String, "file": pl.String, "detail": pl.String}
KINDS: Final = {
    "refused": "Files that cannot be read",
    "duplicate": "Lines that stand twice in a file",
    "truncated": "Files that the site cut off",
    "overlap": "Cells that two files state",
    "gap": "Months that are missing",
    "partner": "Partner that is missing",
    "currency": "Currencies",
    "length": "Lengths of codes",
    "note": "Notes",
}
"""Kinds of findings, worst first, and their headings in the summary."""

_FATAL: Final = ("refused", "duplicate", "truncated", "overlap")
_FIT: Final = "An ingest would take these files together. Nothing was stored."
_UNFIT: Final = (
    "An ingest would refuse these files together: mend what stands above. Nothing was stored."
)
_BROKEN_DOWN: Final = {"regions": "registered place", "regimes": "trade mode"}
_SHOWN: Final = 5  # findings of one kind in the summary


@dataclass(frozen=True, slots=True, eq=False)
class ExportCheck:
    """What a set of exports covers, and what is wrong with it.

    Attributes
    ----------
    coverage
        One row per file and period: file, flow, period, freq, digits (length of its codes; 0
        without codes), regions and regimes (whether broken down by them), currency, partners,
        codes and rows (counts), value_usd (US dollars).
    findings
        One row per finding: kind (a key of :data:`KINDS`), file, detail.
    """

    coverage: pl.DataFrame
    findings: pl.DataFrame

    @property
    def fit(self) -> bool:
        """Whether an ingest would take all files together: none is refused, cut off or doubled."""
        return self.findings.filter(pl.col("kind").is_in(_FATAL)).is_empty()

    def to_frame(self, backend: Backend = "pandas") -> Frame:
        """Return :attr:`coverage`."""
        return to_backend(self.coverage, backend)

    def summary(self) -> str:
        """Say in words what is covered and what is wrong."""
        lines = [_covered(self.coverage)]
        for kind, heading in KINDS.items():
            found = self.findings.filter(pl.col("kind") == kind)
            if found.height:
                shown = found.head(_SHOWN).select("file", "detail").rows()
                lines.append(f"{heading}:")
                lines += [
                    f"  {file}: {detail}" if file else f"  {detail}" for file, detail in shown
                ]
            if found.height > _SHOWN:
                lines.append(f"  ... and {found.height - _SHOWN:,} more.")
        if self.findings.filter(pl.col("kind").is_in(["gap", "truncated", "partner"])).height:
            lines.append("`tradeflow ingest gacc --how` prints the clicks for what is missing.")
        lines.append(_FIT if self.fit else _UNFIT)
        return "\n".join(lines)


def validate_gacc(
    paths: str | Path | Sequence[str | Path],
    *,
    flow: str | None = None,
    period: str | int | None = None,
    partner: str = "RUS",
) -> ExportCheck:
    """Check exported files together, without stopping at the first fault.

    Parameters
    ----------
    paths
        The files.
    flow, period
        As for :func:`tradeflow.sources.gacc.parse.parse_gacc`, for all files.
    partner
        The partner that should be there: ISO alpha-3.

    Raises
    ------
    UsageError
        No file is named, or the period is none.
    """
    files = [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
    if not files:
        raise UsageError("Name at least one file to check.")
    iso3, told = country(partner.upper()).iso3, checked_period(period)
    seen = [_seen(path, label, flow, told) for path, label in _labelled(files)]
    rows = pl.concat([part for part, _ in seen], how="diagonal_relaxed")
    findings = [finding for _, found in seen for finding in found]
    if rows.height:
        findings += [*overlaps(rows), *gaps(rows), *mixtures(rows)]
        if iso3 not in rows["partner"]:
            findings.append(("partner", "", f"no line of any file is for {iso3}"))
    return ExportCheck(_coverage(rows), pl.DataFrame(findings, FINDINGS, orient="row"))


def _labelled(files: list[Path]) -> list[tuple[Path, str]]:
    """Name each file; the same name twice, as from two folders, is numbered."""
    names = [path.name for path in files]
    labels = (
        name if names.count(name) == 1 else f"{name} ({i})" for i, name in enumerate(names, 1)
    )
    return list(zip(files, labels, strict=True))


def _seen(
    path: Path, name: str, flow: str | None, period: str | None
) -> tuple[pl.DataFrame, list[Finding]]:
    """Rows of one file that can be read, and what is to be said about it."""
    try:
        export = read_export(path)
        twice = repeated(stamped(export, period))
        if twice.len():
            detail = f"{twice.len():,} lines state cells that others state too, the first in line"
            return pl.DataFrame(), [("duplicate", name, f"{detail} {twice[0]}")]
        told = direction(path, flow)
        parsed = parse_export(
            export, release="check", flow=told, period=period, accept_truncated=True
        )
    except TradeflowError as error:
        return pl.DataFrame(), [("refused", name, str(error).replace(str(path), name))]
    findings = [("note", "", note) for note in parsed.notes]
    if export.frame.height == ROW_CAP:
        findings.append(("truncated", name, f"exactly {ROW_CAP:,} rows: what follows is missing"))
    code = pl.coalesce("national_code", "hs6")
    digits = code.str.len_chars() if "code" in export.frame.columns else pl.lit(0, pl.UInt32)
    facts = {
        "file": pl.lit(name),
        "currency": pl.lit(export.layout.currency),
        "digits": digits,
        "regions": pl.lit("region" in export.frame.columns),
        "regimes": pl.lit("regime" in export.frame.columns),
    }
    return parsed.rows.with_columns(**facts), findings


def _coverage(rows: pl.DataFrame) -> pl.DataFrame:
    keys = ["file", "flow", "period", "freq", "digits", "regions", "regimes", "currency"]
    if not rows.height:
        return pl.DataFrame(schema=[*keys, "partners", "codes", "rows", "value_usd"])
    return (
        rows.group_by(keys)
        .agg(
            partners=pl.col("partner").n_unique(),
            codes=pl.coalesce("national_code", "hs6").n_unique(),
            rows=pl.len(),
            value_usd=pl.col("value_usd").sum(),
        )
        .sort(keys)
    )


def _covered(coverage: pl.DataFrame) -> str:
    if not coverage.height:
        return "No rows could be read."
    sets = coverage.group_by(SET, maintain_order=True).agg(
        first=pl.col("period").min().dt.strftime("%Y-%m"),
        last=pl.col("period").max().dt.strftime("%Y-%m"),
        periods=pl.col("period").n_unique(),
        files=pl.col("file").n_unique(),
        rows=pl.col("rows").sum(),
        value=pl.col("value_usd").sum(),
    )
    return "\n".join(_line(row) for row in sets.iter_rows(named=True))


def _line(row: dict[str, Any]) -> str:
    what = f"codes of {row['digits']} digits" if row["digits"] else "all goods"
    by = " and ".join(word for name, word in _BROKEN_DOWN.items() if row[name])
    return (
        f"{row['flow'].capitalize()}s, {what}{f' by {by}' if by else ''}: {row['first']} to "
        f"{row['last']} (periods: {row['periods']}, files: {row['files']}, rows: {row['rows']:,}, "
        f"USD {row['value']:,.0f})."
    )
