"""The panel: series by periods, with the state of every cell."""
