"""What a rule of OSM tags in the settings means: whether an object fits it."""

from collections.abc import Iterable

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
