"""Stored documents outlive the code: a shape changes with a new version, or so that none is needed."""

from enum import StrEnum

import msgspec
import pytest
from msgspec import NODEFAULT, Struct, defstruct

from shared.firestore.kit.schema import version_of
from tests.kit.architecture.stored_shapes import (
    faults,
    faults_between,
    known_shapes,
    shape_of,
    stored_records,
)

SHAPES = known_shapes()


def test_no_stored_shape_changed_without_a_new_version() -> None:
    assert faults() == []


@pytest.mark.parametrize("collection", sorted(stored_records()))
def test_the_shape_of_every_version_is_checked_in(collection: str) -> None:
    record = stored_records()[collection]
    versions = [str(version) for version in range(1, version_of(record) + 1)]
    assert sorted(SHAPES.get(collection, {}), key=int) == versions
    assert SHAPES[collection][versions[-1]] == shape_of(record), "a default was added: run `make shapes`"


def test_no_field_is_called_as_the_version_is() -> None:
    for record in stored_records().values():
        assert "schema" not in {one.name for one in msgspec.structs.fields(record)}


class Color(StrEnum):
    RED = "red"


class MoreColors(StrEnum):
    RED = "red"
    BLUE = "blue"


class Part(Struct, frozen=True, kw_only=True):
    size: int = 0


class Thing(Struct, frozen=True, kw_only=True):
    id: str
    color: Color
    parts: tuple[Part, ...] = ()
    note: str | None = None


def _changed(**changes: object) -> list[str]:
    """What is wrong with Thing when these fields have these types, or are gone (None)."""
    kept = {one.name: (one.type, one.default) for one in msgspec.structs.fields(Thing)}
    wanted = {name: kind if isinstance(kind, tuple) else (kind, NODEFAULT) for name, kind in changes.items()}
    fields = [
        (name, kind) if default is NODEFAULT else (name, kind, default)
        for name, (kind, default) in (kept | wanted).items()
        if kind is not None
    ]
    return faults_between(shape_of(Thing), shape_of(defstruct("Thing", fields, kw_only=True)))


def test_what_needs_no_version() -> None:
    assert _changed() == []
    assert _changed(added=(int, 0)) == []
    assert _changed(color=MoreColors) == []
    assert _changed(note=(str | int | None, None)) == []


def test_what_needs_a_version() -> None:
    assert _changed(added=int) == ["added is new and has no default, so stored documents lack it"]
    assert _changed(note=None) == ["note is gone"]
    assert _changed(color=int) == ["the type of color changed"]
    assert _changed(note=str | None) == ["note has no default any more"]
    larger = defstruct("Part", [("size", int, 0), ("weight", int, 0)])
    assert _changed(parts=(tuple[larger, ...], ())) == [  # type: ignore[valid-type]
        "Part.weight is new inside a part, which older workers write as a whole"
    ]
