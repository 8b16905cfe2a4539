"""The shapes records are stored in, by collection and schema version: `make shapes` writes shapes.json.

Documents outlive the code that wrote them, and for the minutes of a deploy old and new workers share them.
"""

import enum
import json
import sys
import types
import typing
from pathlib import Path
from typing import Any

import msgspec

from shared.domain.channels import registry
from shared.domain.channels.channel import Channel
from shared.domain.companies.company import Company
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import ContactPair
from shared.domain.deletion import Deletion
from shared.domain.hold import Hold
from shared.domain.queue_failure import QueueFailure
from shared.firestore.kit.schema import version_of
from shared.firestore.system import Heartbeat, ZoneData
from shared.firestore.ticks import Beat, Tick
from tests.kit.architecture.required_indexes import record_types

PATH = Path(__file__).with_name("shapes.json")
Shape = dict[str, dict[str, dict[str, Any]]]  # part, field, facts; the record itself is the part ""
MEND = (
    "Raise its version: register an Upgrade for {record} in shared/firestore/kit/schema.py that makes the "
    "new shape of the old one, then run `make shapes`."
)


def stored_records() -> dict[str, type]:
    """Every record that is stored, by collection; ticks hold two kinds, shards and changes pack theirs."""
    beside = {
        "contact_shards (packed)": Contact,
        "contact_changes (packed)": ContactPair,
        "companies": Company,
        "deleted_companies": Deletion,
        "ticks": Tick,
        "ticks (beats)": Beat,
        "system (hold)": Hold,
        "system (heartbeat)": Heartbeat,
        "system (zone_data)": ZoneData,
        "system (queue_failure)": QueueFailure,
    }
    return {**record_types(), **beside}


def shape_of(record: type) -> Shape:
    """The record's fields, and those of every record inside it."""
    shape: Shape = {"": {}}
    _describe(record, "", shape)
    return shape


def _describe(record: Any, part: str, shape: Shape) -> None:
    hints = typing.get_type_hints(record)
    shape[part] = {}
    for name, has_default in _fields(record):
        shape[part][name] = {"type": _type(hints[name], shape), "optional": has_default}


def _fields(record: Any) -> list[tuple[str, bool]]:
    """The fields' names, and whether each has a default."""
    return [(field.encode_name, not field.required) for field in msgspec.structs.fields(record)]


def _is_struct(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, msgspec.Struct)


def _type(hint: Any, shape: Shape) -> Any:
    """The type's name; of an enum its values, which is what is stored."""
    if isinstance(hint, types.UnionType):
        return [_type(kind, shape) for kind in typing.get_args(hint)]
    origin = typing.get_origin(hint)
    if origin is not None:
        inner = [_type(kind, shape) for kind in typing.get_args(hint) if kind is not Ellipsis]
        return {origin.__name__: inner}
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return {"one of": sorted(str(member.value) for member in hint)}
    if hint is Channel:
        return {"one of": sorted(registry.names())}
    name: str = hint.__name__
    if _is_struct(hint) and name not in shape:
        _describe(hint, name, shape)
    return name


def faults_between(before: Shape, now: Shape) -> list[str]:
    """What keeps two shapes from having one version: an older or newer worker would misread or lose it."""
    faults = []
    for part in before.keys() | now.keys():
        old, new = before.get(part, {}), now.get(part, {})
        place = f"{part}." if part else ""
        faults += [f"{place}{name} is gone" for name in old.keys() - new.keys()]
        for name in new.keys() - old.keys():
            if part and part in before:
                faults.append(f"{place}{name} is new inside a part, which older workers write as a whole")
            elif not part and not new[name]["optional"]:
                faults.append(f"{name} is new and has no default, so stored documents lack it")
        for name in old.keys() & new.keys():
            if not _is_wider(old[name]["type"], new[name]["type"]):
                faults.append(f"the type of {place}{name} changed")
            if old[name]["optional"] and not new[name]["optional"]:
                faults.append(f"{place}{name} has no default any more")
    return sorted(faults)


def _is_wider(before: Any, now: Any) -> bool:
    """Whether all that was stored as `before` can be read as `now`."""
    if isinstance(before, dict) and isinstance(now, dict) and before.keys() == now.keys():
        [(kind, old)], [new] = before.items(), now.values()
        if kind == "one of":
            return set(old) <= set(new)
        return len(old) == len(new) and all(map(_is_wider, old, new))
    if isinstance(now, list):
        kinds = before if isinstance(before, list) else [before]
        return all(any(_is_wider(old, new) for new in now) for old in kinds)
    return bool(before == now)


def known_shapes() -> dict[str, dict[str, Shape]]:
    """Shapes by collection and version, as checked in."""
    found: dict[str, dict[str, Shape]] = json.loads(PATH.read_text(encoding="utf-8")) if PATH.exists() else {}
    return found


def faults() -> list[str]:
    """Each record whose stored shape changed although its version did not, and how to mend it."""
    known, found = known_shapes(), []
    for collection, record in stored_records().items():
        before = known.get(collection, {}).get(str(version_of(record)))
        for fault in faults_between(before, shape_of(record)) if before else []:
            found.append(f"{collection}: {fault}. {MEND.format(record=record.__name__)}")
    return found


def write_shapes() -> int:
    """Write the shapes of today beside those of older versions; 1 when one needs a new version first."""
    if found := faults():
        print("\n".join(found), file=sys.stderr)  # noqa: T201
        return 1
    known = known_shapes()
    for collection, record in stored_records().items():
        known.setdefault(collection, {})[str(version_of(record))] = shape_of(record)
    PATH.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(write_shapes())
