"""A whole list of refusals: files and pasted texts, counted, refused cell by cell, noted once."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import OptOut, OptOutSource, opt_out_id
from shared.domain.errors import InvalidInput
from shared.domain.fires.fire_cost import Unit
from shared.metering import metered
from shared.usecases.contacts import save_opt_outs as module
from shared.usecases.contacts.save_opt_out import end_opt_out, save_opt_out
from shared.usecases.contacts.save_opt_outs import OptOutList, save_opt_outs
from tests.kit.clinic import Clinic

SMS, EMAIL = Channel("sms"), Channel("email")


async def _save(
    clinic: Clinic, folder: Path, content: str | bytes, channel: Channel = SMS, **options: object
) -> OptOutList:
    path = folder / "list"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return await save_opt_outs(clinic.runtime, "acme", channel, path, **options)  # type: ignore[arg-type]


def _counts(found: OptOutList) -> tuple[int, ...]:
    """Rows, new, renewed, known, repeated, refused."""
    return (found.rows, found.new, found.renewed, found.known, found.repeated, found.refused)


async def _opt_out(clinic: Clinic, address: str, channel: Channel = SMS) -> OptOut:
    return await clinic.stores.opt_outs.get("acme", opt_out_id(channel, address))


async def test_each_address_becomes_a_refusal_with_source_and_time(clinic: Clinic, tmp_path: Path) -> None:
    text = "Name,Mobile\nAna,(212) 555-0187\nBen,212.555.0143\nAna again,+1 212 555 0187\nCleo,555\nDan,\n"
    began = clinic.runtime.now()
    found = await _save(clinic, tmp_path, text, text="From the desk's paper list.")
    assert _counts(found) == (5, 2, 0, 0, 1, 2)
    assert [(one.row, one.column, one.value, one.reason) for one in found.errors] == [
        (5, "Mobile", "555", found.errors[0].reason),
        (6, "Mobile", "", "There is no number."),
    ]
    assert "too short" in found.errors[0].reason
    noted = await _opt_out(clinic, "+12125550143")
    assert (noted.is_active, noted.source) == (True, OptOutSource.FILE)
    assert began <= noted.changed_at <= clinic.runtime.now()
    assert noted.text == "From the desk's paper list."
    await clinic.load({"Phone": "212-555-0187"}, {"Phone": "212-555-0199"})
    await clinic.ready()
    await clinic.fire()
    assert await clinic.sent_counts() == {"+12125550199": 1}


async def test_the_same_list_again_changes_nothing(clinic: Clinic, tmp_path: Path) -> None:
    """Who refused before, by a reply say, keeps that source and time; who took it back refuses again."""
    reply = await save_opt_out(clinic.runtime, "acme", SMS, "+12125550187", "STOP")
    other = await save_opt_out(clinic.runtime, "acme", SMS, "+12125550143")
    await end_opt_out(clinic.runtime, "acme", other.id, "asked")
    text = "+12125550187\n+12125550143\n+12125550144\n"
    dry = await _save(clinic, tmp_path, text, is_dry_run=True)
    assert _counts(dry) == (3, 1, 1, 1, 0, 0)
    assert not (await _opt_out(clinic, "+12125550143")).is_active
    assert await clinic.stores.opt_outs.find("acme", opt_out_id(SMS, "+12125550144")) is None
    found = await _save(clinic, tmp_path, text)
    assert _counts(found) == _counts(dry)
    assert await _opt_out(clinic, "+12125550187") == reply
    assert (await _opt_out(clinic, "+12125550143")).is_active
    again = await _save(clinic, tmp_path, text)
    assert _counts(again) == (3, 0, 0, 3, 0, 0)


async def test_who_was_out_of_reach_refuses_from_now_on(clinic: Clinic, tmp_path: Path) -> None:
    """A bounce is no refusal: the list's takes its place, and the bounce stays known as what was before."""
    bounce = OptOut(
        id=opt_out_id(EMAIL, "ana@example.com"),
        channel=EMAIL,
        address="ana@example.com",
        is_active=True,
        source=OptOutSource.BOUNCE,
        changed_at=clinic.runtime.now(),
    )
    await clinic.stores.opt_outs.save("acme", bounce.id, bounce)
    assert _counts(await _save(clinic, tmp_path, "ana@example.com", EMAIL)) == (1, 1, 0, 0, 0, 0)
    noted = await _opt_out(clinic, "ana@example.com", EMAIL)
    assert (noted.source, [one.source for one in noted.earlier]) == (OptOutSource.FILE, [OptOutSource.BOUNCE])


@pytest.mark.parametrize(
    "text",
    [
        "ana@example.com\nben@example.com",
        "ana@example.com, ben@example.com",
        "ana@example.com;ben@example.com\n",
        "E-Mail\r\nana@example.com\r\nben@example.com\r\n",
        "\ufeffNombre;Correo\nAna;ANA@example.com\nBen;ben@example.com\n",
        "North Clinic\n\nName,Address\nAna,ana@example.com\nBen,ben@example.com",
        "Ana,ana@example.com\nBen,ben@example.com",
    ],
)
async def test_lists_as_people_have_them(clinic: Clinic, tmp_path: Path, text: str) -> None:
    found = await _save(clinic, tmp_path, text, EMAIL)
    assert (found.new, found.refused) == (2, 0), found.errors
    assert (await _opt_out(clinic, "ben@example.com", EMAIL)).is_active


async def test_a_workbook(clinic: Clinic, tmp_path: Path) -> None:
    book, path = Workbook(), tmp_path / "list.xlsx"
    sheet = book.active
    assert sheet is not None
    for row in (("Id", "Cell"), (1, 2125550187), (2, "(212) 555-0143"), (3, "n/a")):
        sheet.append(row)
    book.save(path)
    found = await _save(clinic, tmp_path, path.read_bytes())
    assert _counts(found) == (3, 2, 0, 0, 0, 1)
    assert [(one.row, one.column, one.value) for one in found.errors] == [(4, "Cell", "n/a")]


async def test_a_column_that_cannot_be_told_is_asked_for(clinic: Clinic, tmp_path: Path) -> None:
    text = "Name,Home,Mobile\nAna,212-555-0187,212-555-0143\nBen,212-555-0188,212-555-0144\n"
    with pytest.raises(InvalidInput, match="'Home', 'Mobile'"):
        await _save(clinic, tmp_path, text)
    found = await _save(clinic, tmp_path, text, column=" mobile ")
    assert found.new == 2
    assert await clinic.stores.opt_outs.find("acme", opt_out_id(SMS, "+12125550187")) is None
    with pytest.raises(InvalidInput, match="no column 'Fax'; its columns are: 'Name', 'Home', 'Mobile'"):
        await _save(clinic, tmp_path, text, column="Fax")
    with pytest.raises(InvalidInput, match="none of the first rows holds an address"):
        await _save(clinic, tmp_path, "Name\nAna\nBen\n")


async def test_a_row_that_cannot_be_read_is_refused_alone(clinic: Clinic, tmp_path: Path) -> None:
    text = 'Name,Mobile\nAna,212-555-0187\n"Ben" x,212-555-0143\nCleo,212-555-0144\n'
    found = await _save(clinic, tmp_path, text)
    assert (found.new, found.refused) == (2, 1)
    assert [one.row for one in found.errors] == [3]


async def test_a_long_list(clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each address is read and written once, some hundred in a transaction; a thousand errors are shown."""
    good = "\n".join(f"person{n}@example.com" for n in range(2_500))
    with metered() as meter:
        found = await _save(clinic, tmp_path, f"{good}\n" + "wrong\n" * 1_200, EMAIL)
    assert _counts(found) == (3_700, 2_500, 0, 0, 0, 1_200)
    assert len(found.errors) == 1_000
    [used] = meter.values()
    assert (used[Unit.READS], used[Unit.WRITES]) == (2_503, 2_500)  # the company, and who listens, too
    monkeypatch.setattr(module, "MOST_ADDRESSES", 2_000)
    with pytest.raises(InvalidInput, match="more than 2,000 addresses"):
        await _save(clinic, tmp_path, good, EMAIL)
