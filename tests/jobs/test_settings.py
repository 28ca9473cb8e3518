"""One file of settings: who goes before whom, and what is refused, with its place."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tradeflow.errors import TradeflowError, UnknownNameError, UsageError
from tradeflow.jobs.settings import DEFAULT_ORDERS, Order, Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = "mailto://user:hunter2@example.org"  # noqa: S105  invented


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "tradeflow.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_without_a_file_the_defaults_hold_and_nothing_has_an_origin() -> None:
    assert load_settings() == Settings()
    assert load_settings().origin == {}


def test_flag_before_environment_before_file_before_default(
    written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    written('home = "from-file"\nrate = 0.05\nrevision = 0.2\n')
    monkeypatch.setenv("TRADEFLOW_HOME", "from-environment")
    monkeypatch.setenv("TRADEFLOW_RATE", "0.01")
    settings = load_settings(home="from-flag")
    found = (settings.home, settings.rate, settings.revision, settings.partner)
    assert found == ("from-flag", 0.01, 0.2, "RUS")
    assert settings.origin == {
        "home": "--home",
        "rate": "TRADEFLOW_RATE",
        "revision": "tradeflow.toml",
    }


def test_flags_that_were_not_given_and_empty_variables_say_nothing(
    written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    written('home = "from-file"\n')
    monkeypatch.setenv("TRADEFLOW_HOME", "")
    assert load_settings(home=None).home == "from-file"


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("samples = false", "samples", False),
        ('samples = "no"', "samples", False),
        ("since_year = 2020", "since_year", "2020"),
        ('since_month = "2020-06"', "since_month", "2020-06"),
        ("since_month = 2020-06-01", "since_month", "2020-06-01"),
        ('rate = "0.2"', "rate", 0.2),
        ("revision = 1", "revision", 1.0),
        ("max_age_days = 0", "max_age_days", 0.0),
        ('partner = "KAZ"', "partner", "KAZ"),
        ('notify = ["json://a", "json://b"]', "notify", ("json://a", "json://b")),
        ('notify = "json://a json://b"', "notify", ("json://a", "json://b")),
    ],
)
def test_each_setting_can_be_set_in_the_file(
    written: Callable[[str], Path], line: str, name: str, value: object
) -> None:
    assert getattr(load_settings(written(line)), name) == value


@pytest.mark.parametrize(
    ("line", "setting", "says"),
    [
        ("rate = 0", "rate", "between 0 and 1"),
        ("rate = 1.5", "rate", "between 0 and 1"),
        ("rate = nan", "rate", "a number"),
        ("rate = true", "rate", "a number"),
        ('rate = "half"', "rate", "not 'half'"),
        ("revision = -0.1", "revision", "between 0 and 1"),
        ("max_age_days = -1", "max_age_days", "0 or more"),
        ('samples = "perhaps"', "samples", "true or false"),
        ("samples = 1.5", "samples", "true or false"),
        ('since_year = "twenty"', "since_year", "cannot be read"),
        ("since_month = [2022]", "since_month", "must be text"),
        ('home = ""', "home", "must be text"),
        ('partner = "XYZ"', "partner", "not known"),
        ("notify = [1]", "notify", "a list of addresses"),
        ("notify = 7", "notify", "a list of addresses"),
        ("fetch = 1", "fetch", "Write [[fetch]]"),
        ('[fetch]\nsource = "comtrade"', "fetch", "Write [[fetch]]"),
    ],
)
def test_what_no_setting_can_be_is_refused_with_file_and_setting(
    written: Callable[[str], Path], line: str, setting: str, says: str
) -> None:
    path = written(line)
    with pytest.raises(UsageError) as caught:
        load_settings(path)
    assert str(path) in str(caught.value)
    assert f"setting {setting}" in str(caught.value)
    assert says in str(caught.value)


def test_a_variable_is_named_as_the_place_of_its_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADEFLOW_RATE", "2")
    with pytest.raises(UsageError, match=r"^TRADEFLOW_RATE: setting rate: it must lie between"):
        load_settings()
    monkeypatch.setenv("TRADEFLOW_RATE", "two")
    with pytest.raises(UsageError, match=r"^TRADEFLOW_RATE: setting rate must be a number"):
        load_settings()


def test_an_unknown_setting_is_answered_with_the_nearest(written: Callable[[str], Path]) -> None:
    path = written("revison = 0.2")
    with pytest.raises(UnknownNameError, match=r"'revison' is not known. Did you mean 'revision'"):
        load_settings(path)


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ('category = "all"\nsince = "2022-01"', "does not say its source"),
        ('source = "comtrade"\ncategory = "all"', "does not say its since"),
        ('source = "contrade"\ncodes = "TOTAL"\nsince = "2022-01"', "Did you mean 'comtrade'"),
        ('source = "gacc"\ncodes = "854231"\nsince = "2022-01"', "tradeflow ingest gacc"),
        ('source = "comtrade"\ncategory = "jamers"\nsince = "2022-01"', "Did you mean 'jammers'"),
        ('source = "comtrade"\ncodes = "TOTAL"\nsince = "soon"', "cannot be read"),
        ('source = "comtrade"\ncodes = [1.5]\nsince = "2022-01"', "codes must be text"),
        ('source = "comtrade"\ncodes = "TOTAL"\nsince = "2022"\nreporter = 4', "'4' is not known"),
        ('source = "comtrade"\ncodes = "TOTAL"\nsince = "2022-01"\nflows = "import"', "'flows'"),
        ('source = "comtrade"\ncodes = "TOTAL"\nsince = "2022-01"\nflow = "x"', "re_export"),
    ],
)
def test_a_standing_question_that_cannot_be_asked_is_refused_with_its_number(
    written: Callable[[str], Path], order: str, says: str
) -> None:
    good = '[[fetch]]\nsource = "comtrade"\ncodes = "TOTAL"\nsince = "2022-01"\n'
    with pytest.raises(UsageError) as caught:
        load_settings(written(f"{good}[[fetch]]\n{order}\n"))
    assert "tradeflow.toml: [[fetch]] number 2" in str(caught.value)
    assert says in str(caught.value)


def test_standing_questions_replace_the_default_ones(written: Callable[[str], Path]) -> None:
    path = written('[[fetch]]\nsource = "comtrade"\ncategory = "jammers"\nsince = "2024-01"\n')
    expected = (Order("comtrade", {"category": "jammers", "since": "2024-01"}),)
    assert load_settings(path).fetch == expected
    assert load_settings(written("fetch = []")).fetch == ()
    assert load_settings(written("rate = 0.1")).fetch == DEFAULT_ORDERS


@pytest.mark.parametrize(
    ("question", "goods"),
    [
        ({"category": "jammers"}, "jammers"),
        ({"codes": "854231,854232"}, "854231,854232"),
        ({"codes": ["854231", 854232]}, "854231,854232"),
    ],
)
def test_a_question_names_its_goods(question: dict[str, object], goods: str) -> None:
    assert Order("comtrade", question).goods == goods


@pytest.mark.parametrize("content", [b"rate = ", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"other\.toml is not valid TOML"):
        load_settings(path)


@pytest.mark.parametrize("name", ["absent.toml", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"cannot be read: .* prints the defaults"):
        load_settings(tmp_path / name)


def test_addresses_are_secrets(written: Callable[[str], Path]) -> None:
    settings = load_settings(written(f'notify = "{SECRET}"'))
    assert settings.notify == (SECRET,)
    assert settings.plain()["notify"] == ["mailto://***"]
    with pytest.raises(TradeflowError) as caught:
        load_settings(written(f'notify = ["{SECRET}", 1]'))
    assert "hunter2" not in str(caught.value)


def test_the_digest_changes_with_what_results_rest_on_and_with_nothing_else() -> None:
    plain = Settings()
    assert replace(plain, home="elsewhere", notify=("json://a",)).digest() == plain.digest()
    others = [
        replace(plain, rate=0.05),
        replace(plain, since_month="2022-04"),
        replace(plain, samples=False),
        replace(plain, fetch=plain.fetch[:1]),
    ]
    assert len({plain.digest(), *(s.digest() for s in others)}) == 1 + len(others)


def test_config_show_says_value_and_origin(
    written: Callable[[str], Path],
    cli: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written(f'rate = 0.05\nnotify = "{SECRET}"\n')
    monkeypatch.setenv("TRADEFLOW_REVISION", "0.3")
    code, out, _ = cli("config", "show", "--home", "here", "--format", "json")
    said = {row["setting"]: (row["value"], row["from"]) for row in json.loads(out)}
    assert code == 0
    assert "hunter2" not in out
    assert said["home"] == ("here", "--home")
    assert said["rate"] == (0.05, "tradeflow.toml")
    assert said["revision"] == (0.3, "TRADEFLOW_REVISION")
    assert said["samples"] == (True, "default")
    assert said["notify"] == (["mailto://***"], "tradeflow.toml")
    assert said["fetch"][0][0]["source"] == "comtrade"


def test_config_show_prints_a_table_for_people(
    written: Callable[[str], Path], cli: Callable[..., tuple[int, str, str]]
) -> None:
    written("rate = 0.05")
    code, out, _ = cli("config", "show")
    assert code == 0
    assert ["rate", "0.05", "tradeflow.toml"] in [line.split() for line in out.splitlines()]


def test_a_fault_in_the_settings_is_exit_2(
    written: Callable[[str], Path], cli: Callable[..., tuple[int, str, str]]
) -> None:
    written("rate = 7")
    code, _, err = cli("update", "--offline")
    assert code == 2
    assert "tradeflow.toml: setting rate" in err
