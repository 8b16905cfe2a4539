"""Why a person got nothing, by what stands in their row: a name, a patient's number, a bad address."""

from collections.abc import Sequence

from msgspec import Struct

from shared.domain.campaigns.content import CampaignContent
from shared.domain.errors import InvalidInput
from shared.domain.files.file import File, Row
from shared.domain.files.row_key import row_key
from shared.domain.fires.explain_message import explain_failure
from shared.domain.fires.explanation import Explanation
from shared.domain.fires.fire import Fire
from shared.domain.ids import computed_id
from shared.domain.messages.failure import FailureState
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.fires.explain_not_in_files import rejected_with
from shared.usecases.fires.explain_person import WhyNot, explain_person, find_fire
from shared.views.file_rows import list_rows
from shared.views.kit.paging import PageAsked
from shared.views.one_person import find_person

MOST_FOUND = 5  # rows
_PAGES = 10  # of a file's rows that are looked through: see list_rows


class WhyRow(Struct, frozen=True, kw_only=True):
    """A row that holds what was asked for, and why its person got nothing. Rejected ones have no number."""

    file_name: str
    why: WhyNot
    row_number: int | None = None
    values: tuple[str, ...] = ()


async def explain_rows(
    runtime: Runtime, company_id: str, text: str, campaign_id: str, fire_id: str | None = None
) -> list[WhyRow]:
    """The first rows of the fire's files that hold the text, each with what became of it. Raises NotFound."""
    campaign = await runtime.stores.campaigns.get(company_id, campaign_id)
    fire = await find_fire(runtime, company_id, campaign, fire_id)
    if fire is None or campaign.is_for_people:
        return []
    content = await runtime.stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)
    asking = _Asking(runtime, company_id, fire, content)
    files = await runtime.stores.files.find_many(company_id, fire.audience.file_ids)
    found: list[WhyRow] = []
    for file in files.values():
        found += [asking.rejected(file, one) for one in await _rejected(runtime, company_id, file, text)]
        for row in await _rows(runtime, company_id, file, text):
            found.append(await asking.of_row(file, row))
    return found[:MOST_FOUND]


async def _rejected(runtime: Runtime, company_id: str, file: File, text: str) -> list[Explanation]:
    wanted = text.casefold()
    return await rejected_with(
        runtime, company_id, file, lambda cells: any(wanted in cell.casefold() for cell in cells)
    )


async def _rows(runtime: Runtime, company_id: str, file: File, text: str) -> list[Row]:
    found: list[Row] = []
    after: str | None = None
    for _ in range(_PAGES):
        page = await list_rows(runtime, company_id, PageAsked(MOST_FOUND, after), file_id=file.id, text=text)
        found += page.items
        after = page.next_after
        if after is None or len(found) >= MOST_FOUND:
            break
    return found[:MOST_FOUND]


class _Asking:
    """What is asked of each row of a fire."""

    def __init__(self, runtime: Runtime, company_id: str, fire: Fire, content: CampaignContent) -> None:
        self._runtime, self._company_id, self._fire = runtime, company_id, fire
        self._campaign = content.campaign

    def rejected(self, file: File, told: Explanation) -> WhyRow:
        return WhyRow(file_name=file.name, why=self._why([told]))

    async def of_row(self, file: File, row: Row) -> WhyRow:
        """By the addresses that the row has; of a bad one, by the failure that it became."""
        told = await self._failures(file, row)
        why = self._why(told)
        fields = dict.fromkeys(step.address_field for step in self._campaign.steps)
        for address in (row.values.get(field, "") for field in fields):
            if address and (found := await self._at(address)) is not None:
                known = {one.failure_id for one in told}
                more = [
                    one for one in found.explanations if one.failure_id not in known or not one.failure_id
                ]
                why = replace(why, explanations=(*why.explanations, *more))
        return WhyRow(file_name=file.name, row_number=row.number, values=tuple(row.values.values()), why=why)

    async def _at(self, address: str) -> WhyNot | None:
        try:
            person = await find_person(self._runtime, self._company_id, address)
        except InvalidInput:
            return None
        return await explain_person(self._runtime, self._company_id, person, self._campaign.id, self._fire.id)

    async def _failures(self, file: File, row: Row) -> list[Explanation]:
        key = row_key(file.id, row.number)
        ids = [computed_id(self._fire.id, step.id, "failure", key) for step in self._campaign.steps]
        found = await self._runtime.stores.failures.find_many(self._company_id, ids)
        return [
            explain_failure(found[item_id])
            for item_id in ids
            if item_id in found and found[item_id].state is FailureState.OPEN
        ]

    def _why(self, told: Sequence[Explanation]) -> WhyNot:
        return WhyNot(
            campaign_id=self._campaign.id,
            campaign_name=self._campaign.name,
            fire_id=self._fire.id,
            fired_at=self._fire.fired_at,
            contact_id=None,
            explanations=tuple(told),
        )
