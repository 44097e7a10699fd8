"""Tests of the generator of the invented region."""
