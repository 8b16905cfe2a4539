"""Bad addresses are marked when a file is loaded, and mended in place before any campaign has the rows."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.email_addresses import normalize_email
from shared.domain.channels.phone_numbers import read_phone
from shared.domain.channels.plain_emails import plain_email
from shared.domain.channels.plain_phones import plain_phone
from shared.domain.errors import Conflict, InvalidInput, NotFound
from shared.domain.files.file import File, FileState, Row
from shared.domain.record import replace
from shared.usecases.campaigns.mark_ready import mark_ready
from shared.usecases.campaigns.reopen_campaign import reopen_campaign
from shared.usecases.files.mend_row import mend_row
from shared.usecases.fires.fire_campaign import fire_campaign
from shared.views.file_rows import get_row, list_rows
from shared.views.kit.paging import PageAsked
from tests.kit.builders import NOON, a_campaign, an_audience
from tests.kit.clinic import Clinic, people


async def rows(clinic: Clinic, file: File, **filters: object) -> list[Row]:
    """All rows, page by page."""
    found: list[Row] = []
    asked: PageAsked | None = PageAsked(100)
    while asked is not None:
        page = await list_rows(clinic.runtime, clinic.company_id, asked, file_id=file.id, **filters)  # type: ignore[arg-type]
        found += page.items
        asked = PageAsked(100, page.next_after) if page.next_after else None
    return found


async def mend(clinic: Clinic, file: File, number: int, **values: str) -> Row:
    return await mend_row(clinic.runtime, clinic.company_id, file.id, number, values, by="Eva")


async def test_rows_with_bad_addresses_load_marked(clinic: Clinic) -> None:
    file = await clinic.load(
        {},
        {"Phone": "555-0173"},
        {"Phone": "n/a"},
        {"Phone": "", "Email": ""},
        {"Phone": ""},
        {"Email": "a@"},
    )
    assert (file.state, file.row_count, file.rejected_count) == (FileState.LOADED, 6, 0)
    assert file.marked_count == 4
    marked = await rows(clinic, file, marked=True)
    assert [(row.number, list(row.marks)) for row in marked] == [
        (3, ["phone"]),
        (4, ["phone"]),
        (5, ["phone"]),
        (7, ["email"]),
    ]
    assert marked[1].marks == {"phone": "This is not a phone number."}
    assert marked[2].marks == {"phone": "There is no address: the fields phone, email are all empty."}
    assert [row.number for row in await rows(clinic, file, marked=False)] == [2, 6]


async def test_the_company_decides_on_possible_numbers_and_the_region(clinic: Clinic) -> None:
    unknown = {"Phone": "(729) 555-0173"}
    assert (await clinic.load(unknown)).marked_count == 1
    await clinic.stores.companies.change(clinic.company_id, allows_possible_numbers=True)
    source = await clinic.stores.sources.get(clinic.company_id, "appointments")
    await clinic.stores.sources.save(clinic.company_id, source.id, replace(source, default_region="GB"))
    file = await clinic.load({"Phone": "+1 729 555 0173"}, {"Phone": "07400 123456"}, {"Phone": "555 0"})
    assert [row.number for row in await rows(clinic, file, marked=True)] == [4]


async def test_what_is_marked_is_what_fails_when_it_is_fired(clinic: Clinic) -> None:
    phones = ["212 555 0187", "555", "+44 7400 123456", "+1 555", "12125550188", "212-555-01x", "0044", "~"]
    file = await clinic.load(*({"Patient": f"P{n}", "Phone": phone} for n, phone in enumerate(phones)))
    marked = {row.number for row in await rows(clinic, file, marked=True)}
    await clinic.ready()
    await clinic.fire()
    failed = {failure.row_number for failure in await clinic.failures() if failure.field == "phone"}
    assert failed == marked
    assert len(marked) == 5


async def test_a_marked_row_is_mended_and_sent(clinic: Clinic) -> None:
    now = clinic.stop_clock(NOON)()
    file = await clinic.load({}, {"Phone": "555"})
    with pytest.raises(InvalidInput) as caught:
        await mend(clinic, file, 3, phone="556")
    assert [problem.field for problem in caught.value.problems] == ["values.phone"]
    mended = await mend(clinic, file, 3, phone="(212) 555-0188", appointment_at="12/25/2099 09:00")
    assert mended.marks == {}
    assert mended.mended is not None
    assert (mended.mended.by, mended.mended.at) == ("Eva", now)
    assert mended.mended.fields == ("appointment_at", "phone")
    assert mended.values["appointment_at"] == "2099-12-25T09:00:00-05:00"
    assert await get_row(clinic.runtime, clinic.company_id, file.id, 3) == mended
    after = await clinic.stores.files.get(clinic.company_id, file.id)
    assert (after.marked_count, after.mend_count) == (0, 1)
    assert after.rows_hash != file.rows_hash
    await clinic.ready(audience=an_audience(file.id))
    await clinic.fire()
    assert set(await clinic.sent_counts()) == {"+12125550187", "+12125550188"}
    with pytest.raises(Conflict, match="has fired for this file"):
        await mend(clinic, file, 3, phone="(212) 555-0189")


async def test_values_are_checked_as_cells_are(clinic: Clinic) -> None:
    file = await clinic.load({})
    with pytest.raises(InvalidInput) as caught:
        await mend(clinic, file, 2, appointment_at="soon", color="red", time_zone="Nowhere")
    fields = {problem.field for problem in caught.value.problems}
    assert fields == {"values.appointment_at", "values.color", "values.time_zone"}
    with pytest.raises(NotFound):
        await mend(clinic, file, 77, phone="(212) 555-0188")
    emptied = await mend(clinic, file, 2, doctor="")
    assert "doctor" not in emptied.values


async def test_a_campaign_that_is_ready_keeps_its_rows(clinic: Clinic) -> None:
    file = await clinic.load({}, {"Phone": "555"})
    await clinic.ready(audience=an_audience(file.id))
    with pytest.raises(Conflict, match="'Reminders' is ready with these very rows"):
        await mend(clinic, file, 3, phone="(212) 555-0188")
    await reopen_campaign(clinic.runtime, clinic.company_id, "reminders")
    first = await clinic.campaign()
    await mend(clinic, file, 3, phone="(212) 555-0188")
    ready = await mark_ready(clinic.runtime, clinic.company_id, first.id)
    assert ready.state == "ready"


async def test_rows_mended_while_a_campaign_was_frozen_are_not_fired_for(clinic: Clinic) -> None:
    """The mender looks at campaigns before, not in, its transaction: the fire itself finds the other rows."""
    file = await clinic.load({}, {"Phone": "555"})
    await clinic.ready(audience=an_audience(file.id))
    other = replace(await clinic.stores.files.get(clinic.company_id, file.id), mend_count=1)
    await clinic.stores.files.save(clinic.company_id, file.id, other)
    with pytest.raises(Conflict, match="were changed since the campaign was marked ready"):
        await fire_campaign(clinic.runtime, clinic.company_id, "reminders")
    assert await clinic.accepted() == []


async def test_rows_are_read_chunk_by_chunk(clinic: Clinic) -> None:
    file = await clinic.load(*people(1_000), {"Patient": "Zoë Last", "Phone": "+1 212 555 9999"})
    assert [row.number for row in await rows(clinic, file)] == list(range(2, 1_003))
    assert [row.number for row in await rows(clinic, file, text="zoë")] == [1_002]
    assert [row.number for row in await rows(clinic, file, text="5559999")] == [1_002]
    assert await rows(clinic, file, text="nobody") == []
    row = await get_row(clinic.runtime, clinic.company_id, file.id, 701)
    assert row.values["name"] == "P699"
    with pytest.raises(NotFound):
        await get_row(clinic.runtime, clinic.company_id, file.id, 1_003)


async def test_a_drafts_preview_shows_what_was_mended(clinic: Clinic) -> None:
    file = await clinic.load({"Phone": "555"})
    campaign = a_campaign(audience=an_audience(file.id))
    await clinic.save(campaign)
    before = (await clinic.stores.files.get(clinic.company_id, file.id)).rows_hash
    await mend(clinic, file, 2, phone="(212) 555-0188")
    assert (await clinic.stores.files.get(clinic.company_id, file.id)).rows_hash != before
    frozen = await mark_ready(clinic.runtime, clinic.company_id, campaign.id)
    content = await clinic.stores.campaign_contents.frozen(
        clinic.company_id, campaign.id, frozen.content_hash or ""
    )
    assert content.rows_hash.endswith(" 0 1")


def _whole_check(text: str, region: str) -> str:
    try:
        return read_phone(text, region).e164
    except AddressInvalid:
        return "none"


@pytest.mark.parametrize("region", ["US", "CA", "GB", "DE", "FR", "ES", "IT", "MX", "BR", "NL", "CO", "AU"])
def test_a_plain_phone_is_what_the_whole_check_makes_of_it(region: str) -> None:
    """Drawn with a fixed seed, from numbers that look right more often than not."""
    draw = random.Random(region)  # noqa: S311 - no secret
    plain = 0
    for _ in range(1_500):
        digits = "".join(draw.choices("0123456789", k=draw.choice([9, 10, 10, 11])))
        start = draw.choice(["", "", "0", "1", "+1", "+44", "+49", "+33", "+52", "+31"])
        lead = draw.choice(["", "212", "416", "7400", "1512", "612", "301", "55", "321"])
        text = f"{start}{lead}{digits}"[: draw.choice([10, 11, 12, 13])]
        cut = draw.randrange(len(text))
        text = text[:cut] + draw.choice(["", " ", "-", ") ", "."]) + text[cut:]
        if found := plain_phone(text, region):
            plain += 1
            assert found == _whole_check(text, region), (text, region)
    assert plain > 20, "numbers are found to be plain at all"


def test_a_trunk_code_that_readers_take_for_a_carriers_is_not_plain() -> None:
    assert plain_phone("321 123 4567", "CO") == "+573211234567"
    assert plain_phone("0321 123 4567", "CO") is None, "03 is read as a carrier's code"
    assert _whole_check("0321 123 4567", "CO") == "none"


@given(st.from_regex(r"[A-Za-z0-9._+\-]{1,70}@[A-Za-z0-9.\-]{1,40}", fullmatch=True))
def test_a_plain_email_is_one_that_the_whole_check_takes(text: str) -> None:
    if (plain := plain_email(text)) is not None:
        assert normalize_email(text) == plain


def test_usual_addresses_are_plain() -> None:
    assert plain_phone("(212) 555-0187", "US")
    assert plain_phone("+49 1512 3456789", "US")
    assert plain_phone("07400 123456", "GB")
    assert plain_email("ana.lee+x@Example-Clinic.com") == "ana.lee+x@example-clinic.com"
    assert not plain_phone("2125550187.0", "US"), "which is a number of a spreadsheet"
    assert not plain_phone("555", "US")
    assert not plain_email("ana@localhost")
