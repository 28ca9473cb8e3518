"""Small tables of facts, as the caller's kind of frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradeflow.frames import to_backend
from tradeflow.nomenclature import categories
from tradeflow.nomenclature import events as dated

if TYPE_CHECKING:
    from datetime import date

    from tradeflow.frames import Frame
    from tradeflow.options import Backend


def members(
    name: str | None = None, *, edition: str = "HS2022", backend: Backend = "pandas"
) -> Frame:
    """List the codes of one category, or of all.

    Parameters
    ----------
    name
        A category; None or ``"all"`` for all.
    edition
        HS2012, HS2017 or HS2022.
    backend
        ``"pandas"`` or ``"polars"``.

    Returns
    -------
    DataFrame
        Columns category, edition, hs6, specificity_weight (a judgement between 0 and 1, not a
        measurement), legal_basis, link, source, confidence.

    Raises
    ------
    UnknownNameError
        No such category, or the map has no codes of that edition.

    Examples
    --------
    >>> import tradeflow as tf
    >>> tf.members("jammers")["hs6"].sort_values().to_list()
    ['852550', '852560', '854370', '854390']
    """
    return to_backend(categories.members(name, edition=edition), backend)


def listed_on(day: date | str, *, name: str = "CHPL", backend: Backend = "pandas") -> Frame:
    """List a control list's codes as the list stood on a date.

    Parameters
    ----------
    day
        A date, or an ISO date as text.
    name
        ``"CHPL"``, the Common High Priority List.
    backend
        ``"pandas"`` or ``"polars"``.

    Returns
    -------
    DataFrame
        Columns list, edition, hs6, tier, from_date, source, confidence.

    Raises
    ------
    UnknownNameError
        No such list is held with dates.
    UsageError
        If the day cannot be read, or is before the first version whose membership is verified.

    Examples
    --------
    >>> import tradeflow as tf
    >>> len(tf.listed_on("2023-12-31")), len(tf.listed_on("2024-03-01"))
    (45, 50)
    """
    return to_backend(categories.listed_on(day, name=name), backend)


def events(
    *,
    kind: str | None = None,
    since: date | str | None = None,
    until: date | str | None = None,
    evidence: str | None = None,
    backend: Backend = "pandas",
) -> Frame:
    """List dated events, oldest first.

    Parameters
    ----------
    kind
        One kind of event, such as ``"eu_sanctions"`` or ``"nomenclature"``.
    since, until
        First and last day to include: a date or an ISO date as text.
    evidence
        One level of evidence, such as ``"seen"`` or ``"partly seen"``.
    backend
        ``"pandas"`` or ``"polars"``.

    Returns
    -------
    DataFrame
        Columns date (the first of the month where only the month is known), precision (day
        or month), event, label, kind, source, evidence.

    Raises
    ------
    UnknownNameError
        If no event has that kind or evidence.

    Examples
    --------
    >>> import tradeflow as tf
    >>> tf.events(kind="notice")["event"].to_list()
    ['guangdong-notice', 'ft-guangdong-jammers']
    """
    found = dated.events(kind=kind, since=since, until=until, evidence=evidence)
    return to_backend(found, backend)
