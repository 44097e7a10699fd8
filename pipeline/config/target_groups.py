"""``target_groups.yaml``: whom it is about, how many, how far they walk and what they need."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.config.facilities import Category
from pipeline.config.profiles import ON_FOOT
from pipeline.config.values import Code, Metres, People, Section, Share

ALL_INHABITANTS = "all_inhabitants"
"""The target group that checks and mean distances rest on; every target_groups.yaml has it."""


class Norm(Section):
    """Three walking distances, in metres."""

    comfort_m: Metres
    norm_m: Metres
    uiterst_m: Metres

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if not self.comfort_m < self.norm_m < self.uiterst_m:
            raise ValueError("comfort_m < norm_m < uiterst_m moet gelden")
        return self


def _scaled(norm: Norm, factor: float, step_m: float) -> Norm:
    """Return the norm times `factor`, each distance in whole steps and longer than the one before it."""
    comfort = max(round(norm.comfort_m * factor / step_m), 1)
    middle = max(round(norm.norm_m * factor / step_m), comfort + 1)
    outer = max(round(norm.uiterst_m * factor / step_m), middle + 1)
    return Norm(comfort_m=comfort * step_m, norm_m=middle * step_m, uiterst_m=outer * step_m)


class Rate(Section):
    """A factor from research: the share of a population to which something applies."""

    value: float = Field(gt=0, le=1)
    low: Share
    high: Share
    what: str
    source: str
    year: str
    population_base: Literal["home", "all"]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.value <= self.high:
            raise ValueError("low <= value <= high moet gelden")
        return self


class RateFigure(Section):
    """A figure that is itself a share, read where the dwelling stands, with the margin of its source as factors."""

    figure: str
    low_factor: float = Field(gt=0, le=1)
    high_factor: float = Field(ge=1, le=100)
    what: str
    source: str
    population_base: Literal["home", "all"]


class Term(Section):
    """People = a count of the base area x a share read where the dwelling stands x rates.

    `part` and `of` name figures: the share is sum(part) / sum(of).
    """

    count: str
    part: list[str] = []
    of: list[str] = []
    rate_figure: RateFigure | None = None
    rates: list[Rate] = []

    @model_validator(mode="after")
    def _share_is_whole(self) -> Self:
        if bool(self.part) != bool(self.of) or not set(self.part) <= set(self.of):
            raise ValueError("part en of horen bij elkaar, en part moet een deel van of zijn")
        return self


class TargetGroup(Section):
    """A target group: how many people, how far they walk, what they need and when a count is too small to judge."""

    label: str = Field(min_length=1)
    note: str | None = None
    terms: list[Term] = Field(min_length=1)
    profile: Code
    norms: str
    walking_age: float | None = Field(default=None, gt=0, le=110)
    essential: Annotated[list[Code], Field(min_length=1)] | None = None
    min_count: People


class WalkingSpeed(Section):
    """Mean walking speed at an age, in metres a second."""

    age: float = Field(gt=0, le=110)
    men: float = Field(gt=0)
    women: float = Field(gt=0)


class Actieradius(Section):
    """How norms depend on the target group: by the fixed set that it names, or by the walking speed at its age.

    By age: the norms `reference_norms` x speed at the group's `walking_age` / `reference_m_per_s`, in steps of
    `step_m`. A group without walking_age walks at the reference speed.
    """

    method: Literal["fixed", "by_age"]
    reference_norms: Code
    reference_m_per_s: float = Field(gt=0, le=3)
    step_m: Metres
    speeds: list[WalkingSpeed] = Field(min_length=2)
    source: str

    @model_validator(mode="after")
    def _nobody_outruns_the_reference(self) -> Self:
        ages = [one.age for one in self.speeds]
        if ages != sorted(set(ages)):
            raise ValueError("speeds moet oplopen in leeftijd")
        if max(max(one.men, one.women) for one in self.speeds) > self.reference_m_per_s:
            raise ValueError("reference_m_per_s mag niet onder een snelheid van speeds liggen")
        return self

    def factor(self, age: float | None) -> float:
        """Return speed at `age` (mean of men and women, between the ages that are known) / the reference speed."""
        if age is None:
            return 1.0
        speeds = [(one.age, (one.men + one.women) / 2) for one in self.speeds]
        (first, fastest), (last, slowest) = speeds[0], speeds[-1]
        if not first < age < last:
            return (fastest if age <= first else slowest) / self.reference_m_per_s
        (young, fast), (old, slow) = next(pair for pair in pairwise(speeds) if pair[1][0] >= age)
        return (fast + (slow - fast) * (age - young) / (old - young)) / self.reference_m_per_s


class TargetGroupSettings(Section):
    """All target groups, the norms that they refer to by name, and how these depend on age."""

    norms: dict[Code, dict[Code, Norm]]
    actieradius: Actieradius
    groups: dict[Code, TargetGroup] = Field(min_length=1)

    @property
    def longest_norm_m(self) -> float:
        """The longest distance that any group is judged by, in metres."""
        return max((norm.uiterst_m for norms in self.norms.values() for norm in norms.values()), default=0.0)

    @property
    def profiles(self) -> list[str]:
        """The profiles that a group walks with, on foot first."""
        return list(dict.fromkeys([ON_FOOT, *(group.profile for group in self.groups.values())]))

    def norms_of(self, group: str) -> dict[str, Norm]:
        """Return the norms that `group` is judged by, per category of the set that it names."""
        one, method = self.groups[group], self.actieradius
        if method.method == "fixed":
            return self.norms[one.norms]
        factor, base = method.factor(one.walking_age), self.norms[method.reference_norms]
        return {category: _scaled(base[category], factor, method.step_m) for category in self.norms[one.norms]}

    @model_validator(mode="after")
    def _norms_exist(self) -> Self:
        if ALL_INHABITANTS not in self.groups:
            raise ValueError(f"groups.{ALL_INHABITANTS} ontbreekt; controles rusten erop")
        unknown = [f"{code}: {group.norms}" for code, group in self.groups.items() if group.norms not in self.norms]
        if self.actieradius.reference_norms not in self.norms:
            raise ValueError(f"actieradius.reference_norms {self.actieradius.reference_norms} staat niet bij norms")
        base = set(self.norms[self.actieradius.reference_norms])
        missing = sorted({code for norms in self.norms.values() for code in norms} - base)
        if missing:
            raise ValueError(f"norms.{self.actieradius.reference_norms} mist {', '.join(missing)}")
        if unknown:
            raise ValueError(f"onbekende normen bij {', '.join(unknown)}; kies uit {', '.join(self.norms)}")
        return self


def essential_categories(group: TargetGroup, categories: Mapping[str, Category]) -> list[str]:
    """Return the categories that decide the verdict of `group`, in the order of the settings."""
    wanted = group.essential
    return [code for code, one in categories.items() if (one.is_essential if wanted is None else code in wanted)]
