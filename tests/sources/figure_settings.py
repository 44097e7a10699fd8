"""What the settings say of any table of figures."""

from pipeline.config.params import LimitSettings

LIMITS = LimitSettings(
    largest_count={"buurt": 1000, "postcode": 1000, "wijk": 5000, "gemeente": 20_000},
    largest_km=200,
    largest_within_count=2000,
    land_of_polygon=2,
    repaired_share=0.01,
    matched_share=0.5,
)
SOURCE = {"what": "Proef", "holder": "Test", "licence": "CC0", "reference_date": "2024-01-01"}
