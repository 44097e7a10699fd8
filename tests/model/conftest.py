"""Hypothesis draws the same examples in every run, and keeps none of them on disk."""

from hypothesis import settings

settings.register_profile("model", derandomize=True, deadline=None, database=None, max_examples=40)
settings.load_profile("model")
