"""Statistics only: numbers happen in plain functions on arrays."""
