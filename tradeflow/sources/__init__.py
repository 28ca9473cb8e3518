"""One module per source: how to read what it publishes, and how to cite it."""
