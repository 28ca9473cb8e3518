"""Kazakhstan's Bureau of National Statistics: monthly trade with the Eurasian union, six digits.

One rar per year, in it a folder per month, in it an Excel table. What is known of the page and
the tables comes from one client's code and its notes (2026), not from a recording: the readers
stop at whatever differs from it.
"""

from tradeflow.sources.kazakhstan.listing import ArchiveLink, parse_listing
from tradeflow.sources.kazakhstan.table import parse_table
from tradeflow.sources.kazakhstan.year import parse_year

__all__ = ["ArchiveLink", "parse_listing", "parse_table", "parse_year"]
