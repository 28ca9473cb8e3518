"""A kept file under the name with which it came: some names say edition, release or month."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tradeflow.errors import InputFileError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def named(path: Path, name: str) -> Iterator[Path]:
    """Give a path to the same file whose last part is `name`; errors name the kept file too."""
    if path.name == name:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="tradeflow-") as folder:
        link = Path(folder) / Path(name).name
        link.symlink_to(path.absolute())
        try:
            yield link
        except InputFileError as error:
            where = error.path.replace(str(link), f"{name} ({path})")
            raise InputFileError(
                where, error.problem, remedy=error.remedy, line=error.line
            ) from error
