"""Measurements against named alternatives, on the same work in the same run: ``python -m tests.benchmarks``."""
