"""Statistics only: numbers happen in plain functions on arrays.

``annual`` holds the two questions asked of years, ``monthly`` description and alarm of months,
``robust`` one series in depth. What they share stands beside them.
"""
