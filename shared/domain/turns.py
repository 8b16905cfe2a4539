"""Turns: one company's large share must not make the others wait."""

from collections.abc import Mapping, Sequence
from itertools import chain, zip_longest
from typing import TypeVar

T = TypeVar("T")


def in_turn(by_company: Mapping[str, Sequence[T]]) -> list[tuple[str, T]]:
    """Everything with its company's id: the first of each company, then the second of each, and so on."""
    with_id = ([(company_id, item) for item in items] for company_id, items in by_company.items())
    return [pair for pair in chain.from_iterable(zip_longest(*with_id)) if pair is not None]
