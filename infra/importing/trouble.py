"""What can go wrong with a file, in words a person can act on."""

from __future__ import annotations


class BadFile(Exception):
    """The file or how it was asked to be read: nothing of it can be imported."""


class BadCell(ValueError):
    """One value of a row; `field` is ours, the column is looked up by whoever knows the mapping."""

    def __init__(self, field: str, reason: str, value: object = "") -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason
        self.value = value
