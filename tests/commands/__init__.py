"""Tests of what an analyst does at the command line."""
