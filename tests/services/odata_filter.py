"""The words of an OData 3 filter that the service of the CBS knows: eq, startswith, substringof, and, or, brackets."""

import re
from collections.abc import Callable, Mapping
from typing import Any

Test = Callable[[Mapping[str, Any]], bool]
_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|\w+|[(),])")


class Filter:
    """Reads a filter and becomes a test of rows; what is not in its words is an AssertionError."""

    def __init__(self, text: str) -> None:
        self._tokens = _TOKEN.findall(text)
        self._test = self._any()
        assert not self._tokens, f"left over: {self._tokens}"

    def __call__(self, row: Mapping[str, Any]) -> bool:
        return self._test(row)

    def _any(self) -> Test:
        tests = [self._all()]
        while self._tokens[:1] == ["or"]:
            self._take("or")
            tests.append(self._all())
        return lambda row: any(test(row) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._tokens[:1] == ["and"]:
            self._take("and")
            tests.append(self._one())
        return lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        word = self._take()
        if word == "(":
            test = self._any()
            self._take(")")
            return test
        if word in {"startswith", "substringof"}:
            return self._function(word)
        self._take("eq")
        value = _text(self._take())
        return lambda row: str(row[word]) == value

    def _function(self, word: str) -> Test:
        self._take("(")
        first = self._take()
        self._take(",")
        second = self._take()
        self._take(")")
        if word == "startswith":
            return lambda row: str(row[first]).startswith(_text(second))
        return lambda row: _text(first) in str(row[second])

    def _take(self, wanted: str | None = None) -> str:
        token: str = self._tokens.pop(0)
        assert wanted in {None, token}, f"{token} where {wanted} should be"
        return token


def _text(quoted: str) -> str:
    assert quoted.startswith("'"), f"{quoted} is not between quotes"
    return quoted[1:-1].replace("''", "'")
