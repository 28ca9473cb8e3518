"""One zip with everything that a study rests on, so that others can rebuild it offline."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import distributions
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tradeflow import __version__
from tradeflow.errors import InputFileError, OutputError, UsageError
from tradeflow.jobs.analyse import inputs_digest
from tradeflow.jobs.lock import hold
from tradeflow.jobs.manifest import moment_of, read_manifest, runs
from tradeflow.jobs.settings import FILE, load_settings
from tradeflow.nomenclature.categories import MAP_VERSION
from tradeflow.sources.query import make_query
from tradeflow.store.calendar import Calendar
from tradeflow.store.home import home as home_folder
from tradeflow.store.home import releases_folder
from tradeflow.store.lake import Lake
from tradeflow.store.releases import read_record, sha256_of
from tradeflow.store.seals import Seals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tradeflow.jobs.settings import Settings

VERSION: Final = 1
LIST: Final = "freeze.json"
DATA: Final = "data"
EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the first date that a zip can hold
PERMISSIONS: Final = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Freeze:
    """What a frozen study is, and what is in it.

    Attributes
    ----------
    run
        The run whose results it rebuilds.
    inputs
        Digest of all that these results rest on.
    tradeflow, python, system, category_map
        Versions with which they were made.
    members
        SHA-256 of every other file of the zip, by name.
    version
        Of this list.
    """

    run: str
    inputs: str
    tradeflow: str
    python: str
    system: str
    category_map: str
    members: dict[str, str] = field(default_factory=dict)
    version: int = VERSION


def here(run: str = "", inputs: str = "") -> Freeze:
    """Describe this machine's versions."""
    return Freeze(
        run=run,
        inputs=inputs,
        tradeflow=__version__,
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
        category_map=MAP_VERSION,
    )


def freeze(out: Path, settings: Settings | None = None) -> Freeze:
    """Write a zip with everything needed to rebuild the last run's results offline.

    Releases, the lake with its history, the calendar, the settings, the versions of everything
    installed, and checksums of the results. The same study gives the same bytes.

    Parameters
    ----------
    out
        The zip; it replaces an older one.
    settings
        Of the run; from ``tradeflow.toml`` and the environment if None.

    Returns
    -------
    Freeze

    Raises
    ------
    UsageError
        No run has ended, or something has changed since the last one.
    InputFileError
        A file of the lake or a release is damaged.
    Locked
        An update is at work.
    OutputError
        The zip cannot be written.
    """
    chosen = settings or load_settings()
    home = home_folder(chosen.home)
    if not runs(home):
        raise UsageError(f"No run has ended in {home}. Run `tradeflow update` first.")
    with hold(home):
        last = read_manifest(home, "latest")
        if last.inputs != inputs_digest(home, chosen):
            raise UsageError(
                f"Data, settings or code have changed since run {last.run}: its results are not "
                "those of today's inputs. Run `tradeflow update`, then freeze."
            )
        about = here(last.run, last.inputs)
        files = {f"{DATA}/{path.relative_to(home).as_posix()}": path for path in _data(home)}
        files |= {f"run/{name}": home / "runs" / last.run / name for name in _RUN}
        return _write(out, about, {**_words(home, _closed(chosen, last.run), about), **files})


_RUN: Final = ("manifest.json", "diff.md")


def _closed(settings: Settings, run: str) -> Settings:
    """End open questions where they ended for that run, so that no later day asks for more."""
    today = moment_of(run).date()
    orders = []
    for order in settings.fetch:
        query = make_query(order.source, today=today, **order.question)
        until = f"{query.until:%Y}" if query.freq == "A" else f"{query.until:%Y-%m}"
        orders.append(replace(order, question={**order.question, "until": until}))
    return replace(settings, fetch=tuple(orders))


def _data(home: Path) -> Iterator[Path]:
    """Give every file of the lake, its history, the calendar and the releases, found whole."""
    for seals in (Lake(home).seals, Calendar(home).seals):
        for name in seals.checksums():
            seals.check(home / name, again=True)
            yield home / name
        yield from [seals.path] if seals.path.exists() else []
    taken = home / "lake" / ".journal.json"
    yield from [taken] if taken.exists() else []
    yield from _releases(releases_folder(home))


def _releases(folder: Path) -> Iterator[Path]:
    """Give every origin record and its content."""
    root = folder.resolve()
    for record in sorted(folder.glob("*/*/*-*.json")):
        answer = read_record(record)
        mine = answer.path.is_file() and answer.path.is_relative_to(root)
        if not mine or sha256_of(answer.path) != answer.sha256:
            remedy = "Move its record away; `tradeflow update` asks again."
            raise InputFileError(record, "its content is gone or damaged.", remedy=remedy)
        yield from (record, folder / answer.path.relative_to(root))


def _words(home: Path, settings: Settings, about: Freeze) -> dict[str, bytes]:
    """Write what is not copied: by name, the content."""
    results = sorted(path for path in (home / "results").rglob("*") if path.is_file())
    sums = [f"{sha256_of(p)}  {DATA}/{p.relative_to(home).as_posix()}\n" for p in results]
    installed = sorted({f"{d.metadata['Name']}=={d.version}\n" for d in distributions()})
    words = {
        "README.md": _README.format(**asdict(about)),
        FILE: _toml(settings),
        "requirements.txt": "".join(installed),
        "results.sha256": "".join(sums),
    }
    return {name: text.encode() for name, text in words.items()}


def _toml(settings: Settings) -> str:
    """Write settings as a file; home is the zip's, and addresses stay at home."""
    plain = settings.plain() | {"home": DATA}
    orders = plain.pop("fetch")
    plain.pop("notify")
    tables = ["\n[[fetch]]\n" + _lines(order) for order in orders]
    return _lines(plain) + ("".join(tables) or "fetch = []\n")


def _lines(values: dict[str, Any]) -> str:
    """Write a TOML table; JSON writes text, numbers, truth and lists as TOML does."""
    said = ((name, json.dumps(v, ensure_ascii=False, default=str)) for name, v in values.items())
    return "".join(f"{name} = {value}\n" for name, value in said)


def _write(out: Path, about: Freeze, contents: dict[str, bytes | Path]) -> Freeze:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=out.parent, prefix=".freeze-") as folder:
            draft = Path(folder) / out.name
            with ZipFile(draft, "w") as archive:
                for name, content in sorted(contents.items()):
                    about.members[name] = _add(archive, name, content)
                listed = json.dumps(asdict(about), indent=1, sort_keys=True) + "\n"
                _add(archive, LIST, listed.encode())
            draft.replace(out)
    except OSError as error:
        raise OutputError(
            f"{out} cannot be written: {error.strerror}. Nothing was changed there. Choose another "
            "place or free some room."
        ) from error
    return about


def _add(archive: ZipFile, name: str, content: bytes | Path) -> str:
    """Add a file without its date; its checksum."""
    if isinstance(content, Path) and content.name == ".seals.json":
        content = _undated(content)
    info = ZipInfo(name, EPOCH)
    info.compress_type, info.external_attr, info.create_system = ZIP_DEFLATED, PERMISSIONS, 3
    source = BytesIO(content) if isinstance(content, bytes) else content.open("rb")
    with source as stream:
        info.file_size = len(content) if isinstance(content, bytes) else content.stat().st_size
        with archive.open(info, "w") as target:
            shutil.copyfileobj(stream, target)
        stream.seek(0)
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _undated(seals: Path) -> bytes:
    """Keep checksums of the lake's files and drop the times at which they were last looked at."""
    sums = Seals(seals).checksums()
    notes = {name: {"sha256": [digest]} for name, digest in sums.items()}
    return json.dumps(notes, indent=0, sort_keys=True).encode()


_README: Final = """\
# A frozen study

Everything that run {run} rests on: raw answers of the sources with their origin records
(`data/releases`), the flow table as it is stated now and as it ever was (`data/lake`,
`data/history`), the release calendar, the settings, and the versions of all that was installed.

Made by tradeflow {tradeflow} with category map {category_map}, Python {python}, {system}.

To rebuild findings and figures without a network beyond the package registry:

    python -m venv .venv
    .venv/bin/pip install -r requirements.txt
    .venv/bin/tradeflow thaw study.zip --into study     # checks every file
    cd study
    ../.venv/bin/tradeflow update --offline
    sha256sum --check results.sha256                    # the same bytes

`run/diff.md` says what that run found. Findings are compatible with, and prove nothing about, the
use of goods. The raw answers belong to their sources, whose terms hold for every copy.
"""
