"""The report: results in words, tables and figures, in one file that needs no other."""
