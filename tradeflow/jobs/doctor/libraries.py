"""Python and the libraries, against the bounds that the package declares."""

from __future__ import annotations

import importlib
import platform
import shutil
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import tradeflow
from tradeflow.jobs.doctor.check import NAME, REINSTALL, Check

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

EXTRAS: Final[dict[str, str]] = {
    "bulk": "Eurostat's monthly bulk files",
    "duckdb": "queries over a large lake by DuckDB",
    "excel": "the tables of a report as Excel workbooks",
    "kazakhstan": "the tables of Kazakhstan's statistical office",
    "notify": "webhooks and mail after an update",
    "spark": "queries over a large lake on many machines; needs Java",
}
"""What each extra gives; those that are not here are for people who work on the package."""

PROGRAMS: Final[dict[str, tuple[str, ...]]] = {
    "kazakhstan": ("unrar", "unar", "7z", "7zz", "bsdtar"),
    "spark": ("java",),
}
"""Programs of which an extra needs one beside its libraries."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the package says that it needs.

    Attributes
    ----------
    python
        Versions of Python.
    core, extras
        Libraries that are always needed, and those of each extra.
    """

    python: str
    core: tuple[Requirement, ...]
    extras: Mapping[str, tuple[Requirement, ...]]


def libraries() -> Iterator[Check]:
    """Look at Python, at the package itself, and at each library that is always needed."""
    bounds = declared()
    yield _python(bounds.python)
    yield from _package()
    modules = _modules()
    faults = [fault for need in bounds.core for fault in _library(need, modules)]
    yield from faults
    if not faults:
        said = ", ".join(f"{need.name} {metadata.version(need.name)}" for need in bounds.core)
        yield Check("libraries", "ok", said)


def extras() -> Iterator[Check]:
    """Look at the libraries that few need, and say what each gives."""
    for name, needs in declared().extras.items():
        if name in EXTRAS:
            yield _extra(name, needs)


def declared() -> Bounds:
    """Read the bounds: those of the source tree that runs, else those that were installed."""
    file = Path(tradeflow.__file__).parents[1] / "pyproject.toml"
    if file.exists():
        project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
        if project["name"] == NAME:
            optional = project["optional-dependencies"]
            core, more = project["dependencies"], {k: _read(v) for k, v in optional.items()}
            return Bounds(project["requires-python"], _read(core), more)
    about = metadata.metadata(NAME)
    needs = _read(metadata.requires(NAME) or [])
    by_extra = {
        name: tuple(n for n in needs if n.marker and n.marker.evaluate({"extra": name}))
        for name in about.get_all("Provides-Extra") or []
    }
    core = tuple(n for n in needs if not n.marker or n.marker.evaluate({"extra": ""}))
    return Bounds(about["Requires-Python"], core, by_extra)


def _read(lines: Sequence[str]) -> tuple[Requirement, ...]:
    return tuple(Requirement(line) for line in lines)


def _python(bounds: str) -> Check:
    version = platform.python_version()
    if SpecifierSet(bounds).contains(version, prereleases=True):
        return Check("python", "ok", version)
    return Check("python", "bad", f"{version}, but {bounds} is needed", "Install a newer Python.")


def _package() -> Iterator[Check]:
    """Look for a package that was installed over this one: PyPI has another `tradeflow`."""
    other = _installed("tradeflow")
    if other is not None:
        yield Check(
            "package",
            "bad",
            f"an unrelated package named tradeflow ({other}) is installed and may stand in the way",
            f"pip uninstall tradeflow, then {REINSTALL}",
        )
    found, ours = _installed(NAME), tradeflow.__version__
    if found == ours:
        yield Check("package", "ok", f"{NAME} {ours}")
    elif found is None:
        yield Check("package", "warn", f"{NAME} {ours} runs without being installed", REINSTALL)
    else:
        found = f"{found} is installed, but {ours} runs"
        yield Check("package", "bad", found, f"Remove one of the two, then {REINSTALL}")


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _modules() -> dict[str, str]:
    """Return the name under which each installed distribution is imported."""
    found: dict[str, list[str]] = defaultdict(list)
    for module, names in metadata.packages_distributions().items():
        for name in names:
            found[name.lower()].append(module)
    return {name: min(m, key=lambda x: (x.startswith("_"), x)) for name, m in found.items()}


def _library(need: Requirement, modules: Mapping[str, str]) -> Iterator[Check]:
    """Say what is wrong with a library, if anything is: absent, too old, or not to be loaded."""
    name, version = f"library {need.name}", _installed(need.name)
    remedy = f"pip install '{need.name}{need.specifier}'"
    if version is None:
        yield Check(name, "bad", "is not installed", remedy)
        return
    if not need.specifier.contains(version, prereleases=True):
        yield Check(name, "bad", f"{version} is installed, {need.specifier} is needed", remedy)
    try:
        importlib.import_module(modules.get(need.name.lower(), need.name.replace("-", "_")))
    except Exception as error:  # noqa: BLE001  a broken library may raise anything
        remedy = f"pip install --force-reinstall '{need.name}{need.specifier}'"
        yield Check(name, "bad", f"cannot be loaded: {error}", remedy)


def _extra(name: str, needs: Sequence[Requirement]) -> Check:
    label, gives = f"extra {name}", EXTRAS[name]
    install = f"pip install '{NAME}[{name}]'"
    versions = {need.name: _installed(need.name) for need in needs}
    absent = [library for library, version in versions.items() if version is None]
    old = [n.name for n in needs if n.name not in absent and not _within(n, versions[n.name])]
    if len(absent) == len(needs):
        return Check(label, "ok", f"not installed; gives {gives}", f"If you need it: {install}")
    if absent or old:
        wrong = "; ".join([*(f"{x} is absent" for x in absent), *(f"{x} is too old" for x in old)])
        return Check(label, "warn", f"{wrong}; gives {gives}", install)
    programs = PROGRAMS.get(name, ())
    if programs and not any(map(shutil.which, programs)):
        wanted = " or ".join(programs)
        found = f"installed, but it needs a program beside it; gives {gives}"
        return Check(label, "warn", found, f"Install {wanted}.")
    return Check(label, "ok", f"installed; gives {gives}")


def _within(need: Requirement, version: str | None) -> bool:
    return version is not None and need.specifier.contains(version, prereleases=True)
