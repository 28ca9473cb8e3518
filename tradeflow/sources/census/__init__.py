"""US Census Bureau: monthly exports and imports of the United States by ten-digit code."""
