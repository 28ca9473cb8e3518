"""One series in depth: a robust fit of trend, season, level shifts and outliers."""
