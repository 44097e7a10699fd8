"""What a rule of OSM tags in the settings means: whether an object fits it."""

from collections.abc import Iterable, Mapping

from pipeline.config.values import TagRule, must_be_there

Tags = dict[str, str]


def matches(tags: Tags, rule: TagRule) -> bool:
    """Say whether all tags of `rule` fit: a value, one of a list, ``*`` for any, an empty value for no such tag."""
    return all(_fits(tags.get(key), [value] if isinstance(value, str) else value) for key, value in rule.items())


def _fits(found: str | None, wanted: list[str]) -> bool:
    if found is None:
        return "" in wanted
    return "*" in wanted or found in wanted


def matches_any(tags: Tags, rules: Iterable[TagRule]) -> bool:
    """Say whether at least one of `rules` fits."""
    return any(matches(tags, rule) for rule in rules)


def keys_of(rules: Iterable[TagRule]) -> list[str]:
    """Return the keys of which an object must have at least one for any of `rules` to fit."""
    return sorted({next(key for key, value in rule.items() if must_be_there(value)) for rule in rules})


def values_of(rules: Iterable[TagRule]) -> Mapping[str, list[str]]:
    """Return the keys of which an object must have one, each with the values that may fit; ``*`` is any value.

    What has none of these fits no rule; what has one may yet fail on another tag of the rule.
    """
    found: dict[str, set[str]] = {}
    for rule in rules:
        key, value = next((key, value) for key, value in rule.items() if must_be_there(value))
        found.setdefault(key, set()).update([value] if isinstance(value, str) else value)
    return {key: ["*"] if "*" in values else sorted(values) for key, values in sorted(found.items())}
