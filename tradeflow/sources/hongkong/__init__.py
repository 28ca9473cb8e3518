"""Hong Kong, Census and Statistics Department: trade by origin and destination (Trade-IDDS)."""
