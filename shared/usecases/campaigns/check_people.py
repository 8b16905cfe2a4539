"""What an audience of people names that is not there, or cannot be read."""

from collections.abc import Collection, Iterator, Mapping

from shared.domain.campaigns.audience import (
    Audience,
    Chosen,
    FileRows,
    ListMembers,
    PastedAddresses,
    PeopleAudience,
    PickedContacts,
    SegmentMembers,
)
from shared.domain.campaigns.campaign import Campaign
from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.addresses import normalize
from shared.domain.errors import InvalidInput, Problem
from shared.domain.files.check_row_filter import check_row_filter
from shared.domain.files.file import File, FileState
from shared.domain.files.source import Source
from shared.domain.record import replace
from shared.runtime import Runtime

NO_CONTACT = "there is no such contact; it may have been deleted, or merged into another"


async def check_people(runtime: Runtime, company_id: str, audience: Audience) -> list[Problem]:
    """What is wrong with the audience, by its place: `audience.include[0].list_id`."""
    if not isinstance(audience, PeopleAudience):
        return []
    stores, chosen = runtime.stores, audience.chosen()
    lists = await stores.contact_lists.find_many(
        company_id, {one.list_id for one in chosen if isinstance(one, ListMembers)}
    )
    segments = await stores.segments.find_many(
        company_id, {one.segment_id for one in chosen if isinstance(one, SegmentMembers)}
    )
    files = await stores.files.find_many(
        company_id, {one.file_id for one in chosen if isinstance(one, FileRows)}
    )
    sources = await stores.sources.find_many(company_id, {file.source_id for file in files.values()})
    picked = {one_id for one in chosen if isinstance(one, PickedContacts) for one_id in one.contact_ids}
    contacts = await stores.contact_shards.contacts(company_id, picked) if picked else {}
    known = _Known(lists.keys(), segments.keys(), contacts.keys(), files, sources)
    problems = [] if audience.include else [Problem(field="audience.include", reason="name at least one")]
    for name, several in (("include", audience.include), ("exclude", audience.exclude)):
        for index, one in enumerate(several):
            problems += known.problems(f"audience.{name}[{index}]", one)
    return problems


class _Known:
    def __init__(
        self,
        lists: Collection[str],
        segments: Collection[str],
        contacts: Collection[str],
        files: Mapping[str, File],
        sources: Mapping[str, Source],
    ) -> None:
        self._lists, self._segments, self._contacts = lists, segments, contacts
        self._files, self._sources = files, sources

    def problems(self, where: str, chosen: Chosen) -> Iterator[Problem]:
        """What is wrong with one of them."""
        match chosen:
            case ListMembers(list_id=list_id) if list_id not in self._lists:
                yield Problem(field=f"{where}.list_id", reason="there is no such list")
            case SegmentMembers(segment_id=segment_id) if segment_id not in self._segments:
                yield Problem(field=f"{where}.segment_id", reason="there is no such segment")
            case PickedContacts(contact_ids=contact_ids):
                for index, contact_id in enumerate(contact_ids):
                    if contact_id not in self._contacts:
                        field = f"{where}.contact_ids[{index}]"
                        yield Problem(field=field, reason=NO_CONTACT)
            case FileRows():
                yield from self._file_problems(where, chosen)
            case _:
                return

    def _file_problems(self, where: str, chosen: FileRows) -> Iterator[Problem]:
        file = self._files.get(chosen.file_id)
        if file is None or file.state is not FileState.LOADED or file.source_id not in self._sources:
            yield Problem(field=f"{where}.file_id", reason="there is no such file, or it is not loaded")
            return
        columns = self._sources[file.source_id].columns
        for problem in check_row_filter(chosen.row_filter, {one.field: one.type for one in columns}):
            yield Problem(field=f"{where}.{problem.field}", reason=problem.reason)


async def with_one_form(runtime: Runtime, company_id: str, campaign: Campaign) -> Campaign:
    """The campaign with every pasted address in its one form, each once. Raises InvalidInput."""
    audience = campaign.audience
    if not isinstance(audience, PeopleAudience):
        return campaign
    company = await runtime.stores.companies.get(company_id)
    problems: list[Problem] = []
    formed: dict[str, tuple[Chosen, ...]] = {}
    for name, several in (("include", audience.include), ("exclude", audience.exclude)):
        formed[name] = tuple(
            _in_one_form(f"audience.{name}[{index}]", one, company.default_region, problems)
            for index, one in enumerate(several)
        )
    if problems:
        raise InvalidInput(*problems)
    return replace(campaign, audience=PeopleAudience(**formed))


def _in_one_form(where: str, chosen: Chosen, region: str, problems: list[Problem]) -> Chosen:
    if not isinstance(chosen, PastedAddresses):
        return chosen
    found = dict[str, None]()
    for index, text in enumerate(chosen.addresses):
        try:
            found[normalize(chosen.channel, text, region, allows_possible=True)] = None
        except AddressInvalid as invalid:
            problems.append(Problem(field=f"{where}.addresses[{index}]", reason=str(invalid)))
    return PastedAddresses(channel=chosen.channel, addresses=tuple(found))
