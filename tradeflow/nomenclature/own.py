"""Categories of one's own, beside those of the map, for as long as the program runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import UnknownCodeError, UsageError
from tradeflow.nomenclature.categories import Category, all_categories, listed_codes, own_categories
from tradeflow.nomenclature.editions import HELD, check_code, known_codes
from tradeflow.nomenclature.tables import table
from tradeflow.options import Role, one_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_WEIGHT: Final = 0.5  # nobody has judged how specific the codes are
_CANNOT_SHOW: Final = (
    "The codes were chosen by whoever made this figure; they hold these goods for every use and "
    "user, and whatever else is declared under them."
)


def add_category(
    name: str,
    codes: Sequence[str],
    *,
    title: str | None = None,
    role: Role = "noisy",
    beware: str = "a category made by the user, not one of the map",
    cannot_show: str = _CANNOT_SHOW,
) -> Category:
    """Add a category of your own, for as long as the program runs.

    All that works by category knows it from then on: panels, shifts, findings, figures and the
    report. Every figure says so beside the version of the category map.

    Parameters
    ----------
    name
        Its name in code: small letters, digits and underscores. A category of your own that has
        the name already is replaced; one of the map never is.
    codes
        Six-digit codes, of whichever editions; each counts in every edition that has it. A code
        that belongs to a category of the map is taken out of it.
    title
        Its name in print; made of `name` if None.
    role
        ``signal`` or ``noisy-signal`` if the codes speak clearly, ``noisy`` if they hold much
        else, ``cover`` or ``benchmark`` for goods that test the method.
    beware, cannot_show
        What to beware of in few words, and what trade under these codes cannot show.

    Returns
    -------
    Category

    Raises
    ------
    UnknownCodeError
        A code is in no edition, or there is none.
    UsageError
        The name cannot be used.

    Notes
    -----
    A code that changed its content in 2022 is not followed: name its predecessors, too
    (``tradeflow codes family``). Codes of this category are no longer among the unlisted goods
    that others are compared with, so that other answers move a little.

    Examples
    --------
    >>> import tradeflow as tf
    >>> tf.add_category("tyres", ["401120"], title="Tyres for lorries and buses").title
    'Tyres for lorries and buses'
    >>> flows = tf.load_sample("china-russia-annual")
    >>> shifts = tf.detect_shifts(tf.panel(flows, by="category"), baskets=500)
    >>> shifts["tyres"].verdict
    'no shift'
    >>> tf.remove_category("tyres")
    """
    one_of(role, Role, name="role")
    _check_name(name)
    rows = _rows(name, [_known(code) for code in _given(name, codes)])
    shown = title or name.replace("_", " ").capitalize()
    definition = f"Codes {', '.join(rows['hs6'].unique().sort())}, chosen by the user"
    made = Category(name, shown, definition, role, beware, cannot_show)
    own_categories()[name] = (made, rows)
    _forget()
    return made


def remove_category(name: str) -> None:
    """Forget a category of your own; those of the map stay.

    Parameters
    ----------
    name
        Its name, as given to :func:`add_category`.

    Raises
    ------
    UsageError
        No category of your own has that name.

    Examples
    --------
    >>> import tradeflow as tf
    >>> tf.add_category("tyres", ["401120", "401110"]).category
    'tyres'
    >>> tf.remove_category("tyres")
    """
    if name not in own_categories():
        held = ", ".join(own_categories()) or "none"
        raise UsageError(f"{name!r} is no category of your own. There are: {held}.")
    del own_categories()[name]
    _forget()


def _forget() -> None:
    all_categories.cache_clear()
    listed_codes.cache_clear()


def _check_name(name: str) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name == "all":
        raise UsageError(
            f"{name!r} cannot name a category: small letters, digits and underscores, beginning "
            "with a letter, such as 'lorry_tyres'."
        )
    if name in table("categories")["category"].to_list():
        raise UsageError(
            f"{name!r} is a category of the map: `tradeflow categories {name}` shows its codes. "
            "Choose another name."
        )


def _given(name: str, codes: Sequence[str]) -> list[str]:
    if isinstance(codes, str) or not list(codes):
        raise UsageError(f"Category {name!r} needs a list of codes, such as ['401120'].")
    return list(dict.fromkeys(codes))


def _known(code: str) -> str:
    """Refuse a code that no edition has."""
    text = code.replace(".", "") if isinstance(code, str) else code
    if any(text in known_codes(edition) for edition in HELD):
        return text
    try:
        return check_code(text, edition=HELD[-1])
    except UnknownCodeError as error:
        raise UnknownCodeError(f"{error} No other edition has it.") from None


def _rows(name: str, codes: list[str]) -> pl.DataFrame:
    """Rows as in the table of members: one for each edition that has the code."""
    pairs = [(edition, code) for edition in HELD for code in codes if code in known_codes(edition)]
    said = {
        "category": name,
        "specificity_weight": _WEIGHT,
        "legal_basis": "none: chosen by the user",
        "link": "",
        "source": "the user",
        "confidence": "not judged",
    }
    schema = table("members").schema
    frame = pl.DataFrame(pairs, schema=["edition", "hs6"], orient="row")
    return frame.with_columns(**{k: pl.lit(v) for k, v in said.items()}).select(list(schema))
