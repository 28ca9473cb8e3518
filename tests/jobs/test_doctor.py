"""`tradeflow doctor` names what was broken on purpose, and says what to do."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from packaging.requirements import Requirement

import tradeflow as tf
from tradeflow.jobs.doctor import contents, examine, libraries, network, surroundings
from tradeflow.jobs.lock import hold
from tradeflow.store.calendar import Calendar
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tradeflow.jobs.doctor.check import Check

    Cli = Callable[..., tuple[int, str, str]]
    Harm = Callable[[Path], object]

PACKAGE = Path(tf.__file__).parent
PROJECT = PACKAGE.parent / "pyproject.toml"
SECRET = "0123456789abcdef"  # noqa: S105  no key of anybody's


def named(checks: Iterable[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def test_a_sound_installation_has_nothing_bad(cli: Cli, tmp_path: Path) -> None:
    code, out, err = cli("doctor", "--home", str(tmp_path), "--format", "json")
    checks = {row["check"]: row for row in json.loads(out)}
    assert [row for row in checks.values() if row["state"] == "bad"] == []
    assert code == 0
    assert err.endswith("to know of.\n")
    assert {"python", "package", "libraries", "tables", "compiled code", "figures"} <= set(checks)
    assert {"data folder", "room on the disk", "settings", "clock", "terminal"} <= set(checks)
    assert "lake" not in checks  # there is none yet
    assert all(row["remedy"] for row in checks.values() if row["state"] != "ok")
    assert {f"extra {name}" for name in libraries.EXTRAS} <= set(checks)


def test_bad_is_exit_1_and_says_what_to_do(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, out, _ = cli("doctor", "--home", str(tmp_path / "file"), "--quiet")
    assert code == 1
    found = f"bad data folder {tmp_path / 'file'} is a file, not a folder"
    words = " ".join(out.split())
    assert f"{found} -> Choose another place: --home, or TRADEFLOW_HOME. " in words
    assert max(map(len, out.splitlines())) <= 100


def test_the_bounds_are_those_of_the_project() -> None:
    declared = libraries.declared()
    assert set(declared.extras) - {"browser", "dev", "docs"} == set(libraries.EXTRAS)
    assert {"polars", "numba", "packaging"} <= {need.name for need in declared.core}
    assert f'requires-python = "{declared.python}"' in PROJECT.read_text()


def bounds(*core: str, python: str = ">=3.11", **extras: str) -> libraries.Bounds:
    more = {name: (Requirement(line),) for name, line in extras.items()}
    return libraries.Bounds(python, tuple(map(Requirement, core)), more)


@pytest.mark.parametrize(
    ("declared", "name", "said", "remedy"),
    [
        (bounds(python=">=3.99"), "python", "but >=3.99 is needed", "newer Python"),
        (bounds("polars>=99"), "library polars", ">=99 is needed", "pip install 'polars>=99'"),
        (bounds("no-such>=1"), "library no-such", "not installed", "pip install 'no-such>=1'"),
    ],
)
def test_libraries_out_of_bounds(
    declared: libraries.Bounds,
    name: str,
    said: str,
    remedy: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(libraries, "declared", lambda: declared)
    found = named(libraries.libraries())[name]
    assert found.state == "bad"
    assert said in found.found
    assert remedy in found.remedy


def test_a_library_that_cannot_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "declared", lambda: bounds("rich>=1"))
    monkeypatch.setitem(sys.modules, "rich", None)
    found = named(libraries.libraries())["library rich"]
    assert found.state == "bad"
    assert "cannot be loaded" in found.found
    assert "--force-reinstall" in found.remedy


@pytest.mark.parametrize(
    ("extra", "state", "said"),
    [
        ({"bulk": "no-such>=1"}, "ok", "not installed; gives Eurostat"),
        ({"bulk": "polars>=99"}, "warn", "polars is too old"),
        ({"spark": "polars>=1"}, "warn", "needs a program beside it"),
        ({"notify": "polars>=1"}, "ok", "installed; gives webhooks"),
    ],
)
def test_extras_say_what_they_give(
    extra: dict[str, str], state: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libraries, "declared", lambda: bounds(**extra))
    monkeypatch.setattr(shutil, "which", lambda _: None)
    (found,) = libraries.extras()
    assert (found.state, said in found.found) == (state, True)


def test_the_unrelated_package_of_the_same_name(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = {"tradeflow": "0.9", "tradeflow-monitor": "0.0.1"}
    monkeypatch.setattr(libraries, "_installed", versions.get)
    other, ours = (check for check in libraries.libraries() if check.name == "package")
    assert other.state == ours.state == "bad"
    assert "unrelated package named tradeflow (0.9)" in other.found
    assert other.remedy.startswith("pip uninstall tradeflow")
    assert "0.0.1 is installed, but" in ours.found


def test_the_tables_are_all_that_are_packaged() -> None:
    folder = PACKAGE / "nomenclature" / "data"
    assert {path.stem for path in folder.glob("*.parquet")} == contents.TABLES


def test_damaged_and_lost_tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(PACKAGE / "nomenclature" / "data", folder)
    (folder / "members.parquet").write_bytes((folder / "members.parquet").read_bytes()[:200])
    (folder / "words.parquet").unlink()
    monkeypatch.setattr(contents, "files", lambda _: tmp_path)
    monkeypatch.setattr(contents, "_whole", lambda name, _: name != "china-russia-annual")
    found = named(contents.tables())["tables"]
    assert found.state == "bad"
    assert found.found == "absent or damaged: members, words, china-russia-annual"


class Entry(NamedTuple):
    """A line of the record that an installer writes."""

    path: str
    hash: Any

    @property
    def parts(self) -> tuple[str, ...]:
        return Path(self.path).parts

    def locate(self) -> Path:
        return PACKAGE.parent / self.path

    def __str__(self) -> str:
        return self.path


def entry(path: str, content: bytes) -> Entry:
    value = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return Entry(path, metadata.FileHash(f"sha256={value}"))


def test_files_that_changed_since_the_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = (PACKAGE / "errors.py").read_bytes()

    class Installed:
        files = (
            entry("tradeflow/errors.py", whole),
            entry("tradeflow/frames.py", b"as it came"),
            entry("tradeflow/gone.py", b""),
            entry("elsewhere/gone.py", b""),
        )

    monkeypatch.setattr(metadata, "distribution", lambda _: Installed)
    found = named(contents.tables())["files"]
    assert found.state == "bad"
    assert found.found.endswith("installation: tradeflow/frames.py, tradeflow/gone.py")


def test_compiled_code_that_cannot_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [check.state for check in contents.compiled()] == ["ok"]
    monkeypatch.setattr(contents, "can_write", lambda _: False)
    (found,) = contents.compiled()
    assert (found.state, "NUMBA_CACHE_DIR" in found.remedy) == ("warn", True)


def test_numba_without_any_place_is_told(tmp_path: Path) -> None:
    """As on a read-only system: numba itself refuses when the module is loaded."""
    broken = (
        "import numba.core.caching as c; c.CacheImpl._locator_classes = [];"
        "from tradeflow.jobs.doctor.contents import compiled; print(*compiled())"
    )
    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-c", broken], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.startswith("bad   compiled code    cannot be made")


def test_figures_that_cannot_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib as mpl
    from matplotlib import font_manager

    def refuse(*_: object, **__: object) -> None:
        raise ValueError("no such thing")

    monkeypatch.setattr(font_manager, "findfont", refuse)
    (found,) = contents.figures()
    assert (found.state, "font" in found.found) == ("warn", True)
    monkeypatch.undo()
    monkeypatch.setattr(mpl, "get_cachedir", lambda: f"{tempfile.gettempdir()}/matplotlib-a1b2")
    (found,) = contents.figures()
    assert (found.state, "MPLCONFIGDIR" in found.remedy) == ("warn", True)
    monkeypatch.setattr(mpl, "get_backend", refuse)
    (found,) = contents.figures()
    assert (found.state, "MPLBACKEND" in found.remedy) == ("bad", True)


def test_a_folder_held_by_another_run(tmp_path: Path) -> None:
    with hold(tmp_path):
        found = named(surroundings.folder(None, str(tmp_path)))["data folder"]
    assert found.state == "warn"
    assert f"is held by another run (process {os.getpid()} on " in found.found
    assert found.remedy.startswith("Wait for its end")
    assert named(surroundings.folder(None, str(tmp_path)))["data folder"].state == "ok"


@pytest.mark.parametrize(("free", "state"), [(1e8, "bad"), (1e9, "warn"), (1e10, "ok")])
def test_room_on_the_disk(
    free: float, state: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Usage(NamedTuple):
        free: float

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free))
    found = named(surroundings.folder(None, str(tmp_path / "new")))
    assert found["room on the disk"].state == state
    assert "is not there yet" in found["data folder"].found


def test_a_folder_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(surroundings, "can_write", lambda _: False)
    found = named(surroundings.folder(None, str(tmp_path)))["data folder"]
    assert (found.state, found.found) == ("bad", f"{tmp_path} cannot be written")


@pytest.fixture
def held(tmp_path: Path) -> list[Path]:
    """Files of a lake, its history and its calendar, as they were written."""
    lake, calendar = Lake(tmp_path), Calendar(tmp_path)
    files = [lake.partition_path(room, "BACI", "A", 2022) for room in ("lake", "history")]
    for path in files:
        lake.seals.write(path, b"as written")
    calendar.seals.write(calendar.path, b"as written")
    return [*files, calendar.path]


def _overwrite(path: Path) -> None:
    """Change a byte as a failing disk does: size and time stay."""
    stat = path.stat()
    path.write_bytes(b"as writteN")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def _make_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize(
    ("harm", "remedy"),
    [
        (_overwrite, "tradeflow update --rebuild"),
        (Path.unlink, "tradeflow update --rebuild"),
        (_make_a_folder, "who may read it"),
    ],
)
def test_a_damaged_lake_is_named_and_left_alone(
    cli: Cli, tmp_path: Path, held: list[Path], *, which: int, harm: Harm, remedy: str
) -> None:
    before = {path: path.read_bytes() for path in tmp_path.rglob(".seals.json")}
    assert len(before) == 2
    found = named(examine.examine(home=str(tmp_path)))["lake"]
    assert (found.state, found.found) == ("ok", "3 files are as they were written")
    harm(held[which])
    code, out, _ = cli("doctor", "--home", str(tmp_path), "--format", "json")
    (row,) = (row for row in json.loads(out) if row["check"] == "lake")
    assert (code, row["state"]) == (1, "bad")
    assert row["found"] == f"damaged, foreign, gone or not to be read: {held[which]}"
    assert remedy in row["remedy"]
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("variable", "value", "check", "state", "said"),
    [
        ("HTTPS_PROXY", f"http://me:{SECRET}@proxy:3128", "proxy https", "ok", "proxy:3128"),
        ("https_proxy", "proxy:3128", "proxy https", "ok", "through proxy:3128"),
        ("HTTP_PROXY", f"http://{SECRET}:{SECRET}@", "proxy http", "bad", "no address"),
        ("HTTPS_PROXY", f"http://proxy:{SECRET}x", "proxy https", "bad", "no address"),
        ("ALL_PROXY", "socks5://proxy:1080", "proxy all", "bad", "PySocks is not installed"),
        ("REQUESTS_CA_BUNDLE", "/no/such.pem", "certificates", "bad", "there is no such file"),
        ("CURL_CA_BUNDLE", __file__, "certificates", "ok", __file__),
    ],
)
def test_proxies_and_certificates(
    monkeypatch: pytest.MonkeyPatch, *, variable: str, value: str, check: str, state: str, said: str
) -> None:
    for name in (*network.BUNDLES, *(f"{kind}_proxy" for kind in ("http", "https", "all", "no"))):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert [str(c)[:13] for c in network.network()] == ["ok    network"]
    monkeypatch.setenv(variable, value)
    monkeypatch.setattr(network, "find_spec", lambda _: None)
    (found,) = network.network()
    assert (found.name, found.state, said in found.found) == (check, state, True)
    assert found.remedy or check == "certificates"
    assert SECRET not in str(found)


def test_settings_and_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "tradeflow.toml"
    file.write_text("rate = 2\n")
    monkeypatch.setenv("TRADEFLOW_COMTRAD_KEY", SECRET)
    found = named(surroundings.settings_file(file, None))
    assert found["settings"].state == "bad"
    assert "setting rate" in found["settings"].found
    assert found["environment"].state == "warn"
    assert found["environment"].remedy == "Did you mean TRADEFLOW_COMTRADE_KEY?"
    monkeypatch.delenv("TRADEFLOW_COMTRAD_KEY")
    file.write_text("rate = 0.05\n")
    assert [c.found for c in surroundings.settings_file(file, None)] == [f"from {file}"]
    assert named(surroundings.folder(file, None))["data folder"].state == "ok"


def test_keys_are_named_and_never_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRADEFLOW_COMTRADE_KEY", SECRET)
    monkeypatch.setenv("TRADEFLOW_CENSUS_KEY", f"{SECRET} {SECRET}")
    found = named(surroundings.keys(None, None))
    assert found["key comtrade"].found == "TRADEFLOW_COMTRADE_KEY is set"
    assert found["key census"].state == "bad"
    assert SECRET not in "".join(map(str, examine.examine(home=str(tmp_path))))
    monkeypatch.delenv("TRADEFLOW_COMTRADE_KEY")
    monkeypatch.delenv("TRADEFLOW_CENSUS_KEY")
    asking = tmp_path / "settings.toml"
    order = 'source = "census"\nreporter = "USA"\ncodes = "854231"\nsince = "2022-01"'
    asking.write_text(f"[[fetch]]\n{order}\n")
    for settings, state in ((None, "ok"), (asking, "warn")):  # a note to all who do not ask it
        found = named(surroundings.keys(settings, None))
        assert {name: check.state for name, check in found.items()} == {
            "key comtrade": "ok",
            "key census": state,
        }
        assert "https://" in found["key census"].remedy


def test_clock_and_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime

    assert [check.state for check in surroundings.clock()] == ["ok"]
    for zone, state in (
        ("Europe/Brussels", "ok"),
        ("CET-1CEST", "ok"),
        (":UTC", "ok"),
        ("Mars/Phobos", "warn"),
    ):
        monkeypatch.setenv("TZ", zone)
        assert [check.state for check in surroundings.clock()] == [state]
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(surroundings.SystemClock, "now", lambda _: long_ago)
    (found,) = surroundings.clock()
    assert found.state == "bad"
    assert found.found.startswith("2001-01-01 00:00 UTC")


def test_a_terminal_without_the_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    class Old:
        encoding = "latin-1"

    monkeypatch.setattr(sys, "stdout", Old())
    (found,) = surroundings.terminal()
    assert (found.state, found.remedy) == ("warn", "Set PYTHONUTF8=1.")


def test_a_library_that_breaks_everything_breaks_no_doctor(tmp_path: Path) -> None:
    """Without polars hardly anything of the package can be loaded: the first check says so."""
    broken = (
        "import sys; sys.modules['polars'] = None; sys.argv = ['tradeflow', 'doctor'];"
        "from tradeflow.cli.main import run; run()"
    )
    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-c", broken], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 1
    assert "bad   library polars   cannot be loaded" in done.stdout
    assert "bad   tables           cannot be looked at" in done.stdout
    assert "ok    python" in done.stdout
    assert "Traceback" not in done.stderr
