"""Benchmarks: one module each, run by ``sayso bench NAME`` or ``python -m bench.NAME``. They print tables."""
