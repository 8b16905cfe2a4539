"""Who and where the resources of a FHIR file are, found by reference."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from shared.tabular.appointments.addresses import Person, with_scheme
from shared.tabular.appointments.fhir_resources import Resource

_KINDS = ("Patient", "Practitioner", "PractitionerRole", "Location", "RelatedPerson", "HealthcareService")
_USES = ("mobile", "home", "temp", "", "work")
_TEXTS = ("sms",)  # a system of FHIR: a number that takes texts
_LAST = 99


class Actor(Struct, frozen=True, kw_only=True):
    """A person or place. `of` is the reference to the person in a role."""

    kind: str
    id: str
    name: str
    first_name: str = ""
    last_name: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    of: str = ""

    def cells(self) -> dict[str, str]:
        """A patient's cells."""
        person = Person(name=self.name, phones=list(self.phones), emails=list(self.emails))
        names = {"first_name": self.first_name, "last_name": self.last_name, "person_id": self.id}
        return person.cells() | names


class Directory:
    """The actors of a file by all that may refer to them."""

    def __init__(self) -> None:
        self._actors: dict[str, Actor] = {}

    def add(self, resource: Resource) -> None:
        """Remember the resource if it is a person or a place."""
        content = resource.content
        if content.get("resourceType") not in _KINDS:
            return
        actor = actor_of(content)
        for name in _names(content, resource.url):
            self._actors[name] = actor

    def find(self, reference: Mapping[str, Any], contained: Mapping[str, Actor]) -> Actor | None:
        """The actor that an appointment refers to; one of whom only a name is known is better than none."""
        found = next(
            (one for name in _targets(reference) if (one := contained.get(name) or self._actors.get(name))),
            None,
        )
        if found is not None and found.of and not found.name:
            return self._actors.get(found.of, found)
        if found is not None:
            return found
        kind = (
            text(reference.get("type"))
            or text(reference.get("reference")).rpartition("/")[0].rpartition("/")[2]
        )
        display = text(reference.get("display"))
        return Actor(kind=kind, id="", name=display) if kind or display else None


def contained_of(appointment: Mapping[str, Any]) -> dict[str, Actor]:
    """The actors that an appointment brings along."""
    return {
        f"#{text(one.get('id'))}": actor_of(one)
        for one in objects(appointment.get("contained"))
        if one.get("resourceType") in _KINDS
    }


def actor_of(content: Mapping[str, Any]) -> Actor:
    """What is known of a person or place."""
    name = content.get("name")
    names = objects(name)
    best = next((one for use in ("official", "usual") for one in names if one.get("use") == use), None)
    best = best or next((one for one in names if one.get("use") != "old"), {})
    given = [text(one) for one in best.get("given") or () if text(one)]
    family = text(best.get("family"))
    full = " ".join(filter(None, [*given, family])) or text(best.get("text"))
    return Actor(
        kind=text(content.get("resourceType")),
        id=text(content.get("id")),
        name=name.strip() if isinstance(name, str) else full,
        first_name=given[0] if given else "",
        last_name=family,
        phones=tuple(_telecoms(content, ("phone", "sms"))),
        emails=tuple(_telecoms(content, ("email",))),
        of=text((content.get("practitioner") or {}).get("reference")),
    )


def _telecoms(content: Mapping[str, Any], systems: tuple[str, ...]) -> Iterator[str]:
    """By rank, then mobile before home before work; what is old is left out."""
    found = [
        one
        for one in objects(content.get("telecom"))
        if one.get("system") in systems and one.get("use") != "old" and text(one.get("value"))
    ]
    for one in sorted(found, key=_order):
        yield with_scheme(text(one["value"]))[1]


def _order(telecom: Mapping[str, Any]) -> tuple[int, int]:
    rank, use = telecom.get("rank"), text(telecom.get("use"))
    place = 0 if telecom.get("system") in _TEXTS else _USES.index(use) if use in _USES else len(_USES)
    return (rank if isinstance(rank, int) else _LAST, place)


def _names(content: Mapping[str, Any], url: str) -> Iterator[str]:
    kind = text(content.get("resourceType"))
    if url:
        yield url
    if content.get("id"):
        yield f"{kind}/{text(content['id'])}"
    for one in objects(content.get("identifier")):
        if one.get("value"):
            yield f"{kind}?identifier={text(one.get('system'))}|{text(one['value'])}"


def _targets(reference: Mapping[str, Any]) -> Iterator[str]:
    """What a reference may be found by: as it stands, without its server and version, by its identifier."""
    name = text(reference.get("reference")).partition("/_history/")[0]
    if name:
        yield name
        yield "/".join(name.split("/")[-2:])
    identifier = reference.get("identifier")
    if isinstance(identifier, dict) and identifier.get("value"):
        for kind in _KINDS:
            yield f"{kind}?identifier={text(identifier.get('system'))}|{text(identifier['value'])}"


def text(value: object) -> str:
    """A text of a resource; "" for what is none."""
    return value.strip() if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def objects(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list; none where there is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
