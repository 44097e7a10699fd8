"""Damaged inputs, made systematically: what each ends in, and that it ends in what is wanted."""
