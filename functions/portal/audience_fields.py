"""The campaign form's fields for people: by lists, segments and addresses; and who of them gets nothing."""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from functions.portal.audience_words import called
from functions.portal.kit.lists import every
from functions.portal.kit.visit import Visit
from shared.domain.campaigns.audience import (
    MOST_CHOSEN,
    Chosen,
    Everybody,
    ListMembers,
    PastedAddresses,
    PeopleAudience,
    SegmentMembers,
)
from shared.domain.campaigns.pasted_list import PastedList
from shared.domain.channels.address_kinds import EMAIL_ADDRESS, PHONE_NUMBER
from shared.domain.errors import InvalidInput
from shared.views.contact_lists import list_contact_lists
from shared.views.names import audience_names
from shared.views.pasted_list import read_pasted_list
from shared.views.segments import list_segments

INCLUDE, EXCLUDE = "include", "exclude"
NOBODY = PeopleAudience(include=())
PASTED_CHARACTERS = 500_000
FAULTS_SAID = 5
GONE = "(not there any more)"


class AudienceOffers(Struct, frozen=True, kw_only=True):
    """What may be ticked, each with its name; and in words what programs chose that has no field here."""

    lists: list[tuple[str, str]]
    segments: list[tuple[str, str]]
    kept: dict[str, list[str]]


def typed_of_audience(audience: PeopleAudience) -> dict[str, Any]:
    """The fields as they stand in a draft."""
    typed: dict[str, Any] = {"include_everybody": "on" if Everybody() in audience.include else ""}
    for side, several in _sides(audience):
        typed[f"{side}_lists"] = [one.list_id for one in several if isinstance(one, ListMembers)]
        typed[f"{side}_segments"] = [one.segment_id for one in several if isinstance(one, SegmentMembers)]
        typed[f"{side}_addresses"] = _pasted_text(several)
    return typed


def typed_audience(visit: Visit) -> dict[str, Any]:
    """The fields as they were typed, to be shown again."""
    form = visit.form
    typed: dict[str, Any] = {"include_everybody": form.given("include_everybody")}
    for side in (INCLUDE, EXCLUDE):
        typed |= {f"{side}_{name}": form.lines(f"{side}_{name}") for name in ("lists", "segments")}
        typed[f"{side}_addresses"] = form.given(f"{side}_addresses")
    return typed


async def offers_for(visit: Visit, typed: dict[str, Any], known: PeopleAudience) -> AudienceOffers:
    """The newest lists and segments, and all that is ticked."""
    lists, segments = await every(visit, list_contact_lists), await every(visit, list_segments)
    ticked = {
        name: [*typed[f"{INCLUDE}_{name}"], *typed[f"{EXCLUDE}_{name}"]] for name in ("lists", "segments")
    }
    more: list[Chosen] = [ListMembers(list_id=one) for one in ticked["lists"]]
    more += [SegmentMembers(segment_id=one) for one in ticked["segments"]]
    told = PeopleAudience(include=(*more, *known.include), exclude=known.exclude)
    names = await audience_names(visit.runtime, visit.company_id, told)
    return AudienceOffers(
        lists=_offered([(one.id, one.name) for one in lists], ticked["lists"], names),
        segments=_offered([(one.id, one.name) for one in segments], ticked["segments"], names),
        kept={
            side: called((one for one in several if not _is_shown(side, one)), names)
            for side, several in _sides(known)
        },
    )


def _offered(
    newest: list[tuple[str, str]], ticked: list[str], names: dict[str, str]
) -> list[tuple[str, str]]:
    known = {item_id for item_id, _ in newest}
    more = [one for one in dict.fromkeys(ticked) if one not in known]
    return newest + [(one, names.get(one, f"{one} {GONE}")) for one in more]


async def read_audience(visit: Visit, known: PeopleAudience) -> PeopleAudience:
    """Who the form says, in the order of the `known` ones; what it has no field for stays as it is.

    What is wrong is noted in the form.
    """
    include = await _read_side(visit, INCLUDE, known.include)
    if not include:
        visit.form.wrong(INCLUDE, "choose a list or a segment, or paste addresses")
    return PeopleAudience(include=include, exclude=await _read_side(visit, EXCLUDE, known.exclude))


async def _read_side(visit: Visit, side: str, known: Sequence[Chosen]) -> tuple[Chosen, ...]:
    form = visit.form
    wanted: list[Chosen] = []
    if side == INCLUDE and form.is_set("include_everybody"):
        wanted.append(Everybody())
    wanted += [ListMembers(list_id=one) for one in form.item_ids(f"{side}_lists")]
    wanted += [SegmentMembers(segment_id=one) for one in form.item_ids(f"{side}_segments")]
    wanted += await _addresses(visit, side, known)
    kept = [one for one in known if not _is_shown(side, one) or one in wanted]
    made = (*kept, *(one for one in wanted if one not in kept))
    if len(made) > MOST_CHOSEN:
        form.wrong(side, f"is made of more than {MOST_CHOSEN} parts: put people together on one list")
    return made


async def _addresses(visit: Visit, side: str, known: Sequence[Chosen]) -> list[Chosen]:
    """What was pasted; what stands there as it was shown is what it was, on the channel that it had."""
    form, name = visit.form, f"{side}_addresses"
    text = form.text(name, is_needed=False, most=PASTED_CHARACTERS).strip()
    if text == _pasted_text(known):
        return [one for one in known if _is_pasted(one)]
    try:
        found = await read_pasted_list(visit.runtime, visit.company_id, text)
    except InvalidInput as invalid:
        form.wrong(name, invalid.problems[0].reason)
        return []
    if found.faults:
        form.wrong(name, _faults_said(found))
    return list(found.parts)


def _faults_said(found: PastedList) -> str:
    said = [f"line {one.line}, {one.value!r}: {one.reason}" for one in found.faults[:FAULTS_SAID]]
    more = found.faulty - len(said)
    return "; ".join([*said, f"and {more:,} more"] if more > 0 else said)


def _is_shown(side: str, chosen: Chosen) -> bool:
    """Whether the form has a field for it."""
    is_all = isinstance(chosen, Everybody) and side == INCLUDE
    return is_all or isinstance(chosen, ListMembers | SegmentMembers) or _is_pasted(chosen)


def _is_pasted(chosen: Chosen) -> bool:
    kinds = (PHONE_NUMBER, EMAIL_ADDRESS)
    return isinstance(chosen, PastedAddresses) and chosen.channel.record.address in kinds


def _pasted_text(several: Sequence[Chosen]) -> str:
    parts = [one for one in several if isinstance(one, PastedAddresses) and _is_pasted(one)]
    return "\n".join(address for one in parts for address in one.addresses)


def audience_place(field: str) -> str:
    """The form's field for one of an audience's: audience.include[0].list_id is `include`. Else empty."""
    return next((side for side in (INCLUDE, EXCLUDE) if field.startswith(f"audience.{side}")), "")


def _sides(audience: PeopleAudience) -> Iterator[tuple[str, Sequence[Chosen]]]:
    yield INCLUDE, audience.include
    yield EXCLUDE, audience.exclude
