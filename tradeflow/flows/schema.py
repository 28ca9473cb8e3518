"""The contract, under its former address until every import has moved."""

from tradeflow.schema import FLOW_SCHEMA, KEY, LINE, NULLABLE, TOTAL, conform

__all__ = ["FLOW_SCHEMA", "KEY", "LINE", "NULLABLE", "TOTAL", "conform"]
