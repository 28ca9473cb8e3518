"""The monthly run: its settings, its steps, its manifest and its diff."""
