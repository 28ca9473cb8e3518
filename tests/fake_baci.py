"""CEPII's folder of BACI on loopback.

Release V202601 is GENERATED. The HS17 zip of V202501 is packed here from real lines, all of
China's exports to Russia of 2017 to 2023 as CEPII published them, beside generated tables of codes.
"""

from __future__ import annotations

import gzip
import re
import zlib
from functools import cache
from pathlib import Path
from typing import Any, Final

from archive_files import zipped
from loopback import Fake, Reply, Request

from tradeflow.sources.baci.plan import FIRST_YEARS, PATH
from tradeflow.sources.baci.table import country_codes

QUESTION: Final[dict[str, Any]] = {
    "reporter": "CHN,KAZ",
    "partner": "RUS",
    "codes": "848210,8543",
    "freq": "A",
    "since": "2016",
    "until": "2022",
    "edition": "own",
}
"""Three editions, a zip each."""

GENERATED: Final = "V202601"
RECORDED: Final = "V202501"
LAST: Final = 2024
COUNTRIES: Final = ("CHN", "KAZ", "RUS", "S19")
GOODS: Final = ("010121", "848210", "854370")
NEVER: Final = ("KAZ", "848210")  # not exported
_ZIP: Final = re.compile(rf"{PATH}data/BACI_(HS\d\d)_(V\d{{6}}[a-z]?)\.zip")
_NUMBERS: Final = {iso3: number for number, iso3 in country_codes().items() if iso3 in COUNTRIES}
_LINES: Final = Path(__file__).parents[1] / "data_raw" / "trade"


def thousand_dollars(exporter: str, importer: str, code: str, year: int) -> float:
    """A value that depends on nothing but its cell; what cannot be is 0."""
    if exporter == importer or (exporter, code) == NEVER:
        return 0.0
    return 1.5 + zlib.crc32(f"{exporter} {importer} {code} {year}".encode()) % 900_000


def year_file(year: int) -> str:
    lines = [
        f"{year},{int(_NUMBERS[i])},{int(_NUMBERS[j])},{int(k)},{v},{v / 16:.3f}"
        for i in COUNTRIES
        for j in COUNTRIES
        for k in GOODS
        if (v := thousand_dollars(i, j, k, year))
    ]
    return "\n".join(("t,i,j,k,v,q", *lines, ""))


@cache
def bundle(tag: str, release: str) -> bytes | None:
    """The zip of an edition and a release; None if there is none here."""
    files: dict[str, bytes | str] = {}
    if release == GENERATED:
        years = range(FIRST_YEARS[tag], LAST + 1)
        files = {f"BACI_{tag}_Y{year}_{release}.csv": year_file(year) for year in years}
    elif release == RECORDED:
        for file in _LINES.glob(f"BACI_{tag}_Y*_{release}_CHN_RUS.csv.gz"):
            name = file.name.replace("_CHN_RUS.csv.gz", ".csv")
            files[name] = gzip.decompress(file.read_bytes())
    if not files:
        return None
    codes = "".join(f"{number},{iso3},,{iso3}\n" for iso3, number in _NUMBERS.items())
    files[f"country_codes_{release}.csv"] = (
        f"country_code,country_name,country_iso2,country_iso3\n{codes}"
    )
    files[f"product_codes_{tag}_{release}.csv"] = "code,description\n" + "".join(
        f"{code},made up\n" for code in GOODS
    )
    return zipped(files)


class FakeBaci(Fake):
    """Serves zips as files, and for anything else the site's page with status 404."""

    def answer(self, request: Request) -> Reply:
        if request.path.startswith(f"{PATH}doc/"):
            return Reply(b"%PDF-1.7", media="application/pdf")
        found = _ZIP.fullmatch(request.path)
        body = bundle(found[1], found[2]) if found and found[1] in FIRST_YEARS else None
        if body is None:
            return Reply(b"<html><title>Page not found</title></html>", 404, "text/html")
        return Reply(body, media="application/zip")


FAKE: Final = FakeBaci
