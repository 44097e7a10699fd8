"""Timetables: which vehicles call at which stops on normal days, from a GTFS feed."""

from pipeline.sources.timetables.feed import Timetable, check_feed, read_timetable
from pipeline.sources.timetables.live import live

__all__ = ["Timetable", "check_feed", "live", "read_timetable"]
