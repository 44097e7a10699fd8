"""Tests that open the pages in a browser."""
