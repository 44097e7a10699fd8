"""``services.yaml``: which services on the network may be asked, and how patiently."""

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from pipeline.config.values import Code, Section

Address = Annotated[str, Field(pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$")]


class WebSettings(Section):
    """How long an answer may take and how often a question is asked again; seconds."""

    connect_seconds: float = Field(gt=0, le=600)
    read_seconds: float = Field(gt=0, le=3600)
    attempts: int = Field(ge=1, le=20)
    first_pause_seconds: float = Field(ge=0, le=600)
    longest_pause_seconds: float = Field(ge=0, le=3600)

    @model_validator(mode="after")
    def _pauses_grow(self) -> Self:
        if self.first_pause_seconds > self.longest_pause_seconds:
            raise ValueError("first_pause_seconds mag niet groter zijn dan longest_pause_seconds")
        return self


class Service(Section):
    """A service: what it is called in messages, where it is, and what to tell of its data."""

    label: str = Field(min_length=1)
    address: Address
    holder: str = Field(min_length=1)
    licence: str = Field(min_length=1)

    @property
    def host(self) -> str:
        """Its host, with the port if the address names one."""
        return urlsplit(self.address).netloc.lower()


Services = Annotated[dict[Code, Service], Field(min_length=1)]
"""Services by the name that a source refers to them by."""


class OverpassSettings(Section):
    """How much is asked of Overpass at once."""

    tile_km: float = Field(gt=0, le=200)
    memory_mb: int = Field(ge=1, le=16_000)
