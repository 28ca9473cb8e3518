"""CEPII BACI: one of its CSV files, or the zip in which CEPII publishes an edition."""

from tradeflow.sources.baci.table import parse_baci
from tradeflow.sources.baci.zipped import parse_baci_zip

__all__ = ["parse_baci", "parse_baci_zip"]
