"""Tests of reading timetables."""
