"""Measurements against named alternatives, and of growth: ``python -m tests.benchmarks``."""
