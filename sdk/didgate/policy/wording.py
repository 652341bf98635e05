"""Numbers, durations and lists in words, for everything that is told to people."""

from __future__ import annotations

from collections.abc import Sequence


def duration(seconds: int) -> str:
    """Return a number of seconds in the largest unit that divides it.

    >>> duration(604800), duration(90), duration(60)
    ('7 days', '90 seconds', '1 minute')
    """
    for unit, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds and seconds % unit == 0:
            return plural(seconds // unit, name)
    return plural(seconds, "second")


def plural(count: int, noun: str) -> str:
    """Return a count with its noun.

    >>> plural(1, "use"), plural(2, "use")
    ('1 use', '2 uses')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(words: Sequence[str], conjunction: str) -> str:
    """Return words as a list in a sentence.

    >>> listed(["a", "b", "c"], "or")
    'a, b or c'
    """
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"
