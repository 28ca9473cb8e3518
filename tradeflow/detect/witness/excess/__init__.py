"""Excess over a counterfactual made of donors."""
