"""The flow table: one schema for every source, and the guard against counting twice."""
