"""A kept file under the name with which it came: some names say edition, release or month."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def named(path: Path, name: str) -> Iterator[Path]:
    """Give a path to the same file whose last part is `name`."""
    if path.name == name:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="tradeflow-") as folder:
        link = Path(folder) / Path(name).name
        link.symlink_to(path.absolute())
        yield link
