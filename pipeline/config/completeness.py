"""``params.yaml``, section ``completeness_limits``: when a category of facilities is too thinly mapped."""

from pydantic import Field

from pipeline.config.values import Code, People, Section, Share, TagRule


class NationalCount(Section):
    """How many facilities of a category there are in the Netherlands, for how many inhabitants."""

    count: int = Field(ge=1, le=1_000_000)
    inhabitants: People
    source: str = Field(min_length=1)
    year: int = Field(ge=1990, le=2100)


class CompletenessLimits(Section):
    """When the facilities on the map are too few beside what CBS counts, and when that cannot be said.

    Attributes
    ----------
    covered_share
        An area is compared only if the map has dwellings for at least this share of its CBS homes.
    reached_share
        A measure is compared only if, for at least this share of the people, all that it counts lies in the extract.
    few_share, far_factor
        Too few is under this share of CBS's number, or farther than this many times its mean distance.
    few_people_share
        A measure finds too few if more than this share of the people compared lives where there are too few.
    judged_people_share
        A measure says something if at least this share of all people can be compared.
    expected_few_share, expected_min_count
        Beside the national density: too few is under this share of what is expected, if that is at least so many.
    not_compared
        Per category the objects that CBS does not count, such as small shops.
    national
        National numbers.
    """

    covered_share: Share
    reached_share: Share
    few_share: float = Field(gt=0, le=1)
    far_factor: float = Field(ge=1, le=10)
    few_people_share: Share
    judged_people_share: Share
    expected_few_share: float = Field(gt=0, le=1)
    expected_min_count: float = Field(ge=1, le=1000)
    not_compared: dict[Code, list[TagRule]] = {}
    national: dict[Code, NationalCount] = {}
