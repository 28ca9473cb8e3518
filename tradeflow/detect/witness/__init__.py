"""Other evidence on a shift: donors, prices, mirrors, routes, dates, provinces, cover goods."""
