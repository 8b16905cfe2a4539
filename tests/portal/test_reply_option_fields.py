"""What answers set off, on the campaign form: what it shows makes the same campaign again."""

import re
from datetime import date, time
from html import unescape

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.campaigns.window import ContactWindow
from shared.domain.record import replace
from tests.kit.builders import a_campaign, an_audience
from tests.kit.clinic import Clinic
from tests.kit.portal.page_forms import forms_of
from tests.kit.portal.visitor import Visitor
from tests.usecases.conftest import clinic

__all__ = ["clinic"]

HERE = "/campaigns/reminders"
CONFIRMS = ReplyOption(
    words=("1", "y"),
    disposition=Disposition.CONFIRMED,
    acknowledgement="Thank you.\nSee you then.",
    acknowledgement_out_of_hours="Thank you. We are closed now.",
    add_tags=("coming", "vip"),
    remove_tags=("silent",),
    stops_steps=True,
    event="visit-confirmed",
)
MOVES = ReplyOption(words=("3",), disposition=Disposition.RESCHEDULE_ASKED, starts_steps=True)
ALSO_MOVES = ReplyOption(words=("4",), disposition=Disposition.RESCHEDULE_ASKED, event="later")
WINDOW = ContactWindow(
    opens=time(8), holiday_country="US", closed_days=(date(2026, 12, 24),), keeps_quiet_hours=True
)


async def draft(clinic: Clinic, *options: ReplyOption) -> None:
    """A draft as programs make it."""
    file = await clinic.load({"Phone": "+12125550187"})
    facts = {"reply_options": options, "window": WINDOW, "answers_close_minutes": 90}
    await clinic.save(a_campaign(audience=an_audience(file.id), **facts))


async def filled(person: Visitor) -> dict[str, list[str]]:
    """The edit form, as a browser would send it."""
    page = (await person.get(f"{HERE}/edit")).text
    [form] = [one for one in forms_of(page, f"{HERE}/edit") if one.action == HERE]
    names = dict.fromkeys(name for name, _ in form.fields)
    return {name: [value for known, value in form.fields if known == name] for name in names}


async def test_a_draft_of_a_program_is_the_same_after_it_was_saved_on_the_form(
    clinic: Clinic, approver: Visitor
) -> None:
    await draft(clinic, MOVES, CONFIRMS, ALSO_MOVES)
    before = await clinic.stores.campaigns.get(clinic.company_id, "reminders")
    answer = await approver.post(HERE, await filled(approver) | {"name": ["Renamed"]})
    assert answer.status_code == 303, approver.says
    after = await clinic.stores.campaigns.get(clinic.company_id, "reminders")
    assert after.name == "Renamed"
    # Steps get their ids when they are saved.
    assert after == replace(before, name="Renamed", updated_at=after.updated_at, steps=after.steps)
    said = (await approver.get(HERE)).text
    for words in ("Thank you. We are closed now.", "Gives coming, vip.", "visit-confirmed", "90 minutes"):
        assert words in said


async def test_what_the_form_would_write_otherwise_stays_as_programs_wrote_it(
    clinic: Clinic, approver: Visitor
) -> None:
    """Words and tags with commas, many words, blanks and line breaks around a text."""
    odd = replace(
        CONFIRMS,
        words=("1", "yes, please", *(f"certainly number {number}" for number in range(18))),
        acknowledgement="  Thank you.\r\n\r\nSee you then.\n ",
        add_tags=("coming, soon", *(f"{number} {'x' * 40}" for number in range(9))),
    )
    await draft(clinic, odd, MOVES)
    answer = await approver.post(HERE, await filled(approver))
    assert answer.status_code == 303, approver.says
    after = await clinic.stores.campaigns.get(clinic.company_id, "reminders")
    assert after.reply_options == (odd, MOVES)


async def test_words_that_nobody_can_answer_are_refused_at_their_field(
    clinic: Clinic, approver: Visitor
) -> None:
    await draft(clinic, ReplyOption(words=("1",), disposition=Disposition.CONFIRMED))
    typed = await filled(approver) | {"confirmed": ["x" * 61], "canceled": [" ,, "]}
    typed |= {"reschedule_asked": [",".join(str(number) for number in range(21))]}
    assert (await approver.post(HERE, typed)).status_code == 422
    assert approver.says.count("Are at most 20 words of at most 60 characters") == 2
    assert "Has commas and no word between them" in approver.says
    typed = await filled(approver) | {"confirmed": ["1, y"], "canceled": ["Y"]}
    assert (await approver.post(HERE, typed)).status_code == 422
    assert "a word of “Confirm” too: one word, one meaning." in approver.says
    stored = await clinic.stores.campaigns.get(clinic.company_id, "reminders")
    assert [one.words for one in stored.reply_options] == [("1",)]


async def test_a_draft_asks_about_several_rows_together(clinic: Clinic, approver: Visitor) -> None:
    await draft(clinic, ReplyOption(words=("1",), disposition=Disposition.CONFIRMED))
    page = (await approver.get(f"{HERE}/edit")).text
    [chip] = re.findall(r'data-insert="([^"]*for one in appointments[^"]*)"', page)
    typed = await filled(approver) | {"asks_together": ["on"], "body": [unescape(chip)]}
    measured = await approver.post("/templates/measure", typed, seen=f"{HERE}/edit")
    assert "1: " in approver.says, measured.text
    assert (await approver.post(HERE, typed)).status_code == 303, approver.says
    stored = await clinic.stores.campaigns.get(clinic.company_id, "reminders")
    assert stored.asks_together
    assert (await filled(approver))["asks_together"] == ["on"]
    assert "in one message" in (await approver.get(HERE)).text
    typed = await filled(approver) | {"confirmed": [""]}
    assert (await approver.post(HERE, typed)).status_code == 422
    assert "needs reply_options" in approver.says
    del typed["asks_together"]
    assert (await approver.post(HERE, typed)).status_code == 303
    assert not (await clinic.stores.campaigns.get(clinic.company_id, "reminders")).asks_together


async def test_a_text_that_lists_no_rows_is_refused_before_anything_is_made_ready(
    clinic: Clinic, approver: Visitor
) -> None:
    await draft(clinic, ReplyOption(words=("1",), disposition=Disposition.CONFIRMED))
    typed = await filled(approver) | {"asks_together": ["on"], "body": ["Your visit: reply 1 to confirm."]}
    await approver.post("/templates/measure", typed, seen=f"{HERE}/edit")
    assert "the campaign cannot be made ready: it must list all that it asks about" in approver.says
    assert (await approver.post(HERE, typed)).status_code == 303, approver.says
    made = await approver.post(f"{HERE}/preview", {}, seen=HERE)
    page = await approver.get(made.headers["location"])
    assert "It cannot be made ready as it stands." in approver.says
    assert "Step 1, text: the template 'Reminders' must list all that it asks about" in approver.says
    assert "0 messages that go out" in approver.says
    assert re.search(r"<button disabled>This is right", page.text)
    refused = await approver.post(f"{HERE}/ready", {}, seen=HERE)
    await approver.get(refused.headers["location"])
    assert "must list all that it asks about" in approver.says


async def test_what_an_answer_sets_off_is_typed_and_faults_stand_beside_it(
    clinic: Clinic, approver: Visitor
) -> None:
    await draft(clinic, ReplyOption(words=("1",), disposition=Disposition.CONFIRMED))
    typed = await filled(approver) | {"confirmed_acknowledgement": ["Reply CANCEL to stay away."]}
    typed |= {"canceled_event": ["gone"], "answers_close_minutes": ["soon"]}
    refused = await approver.post(HERE, typed)
    assert refused.status_code == 422
    assert "has no word, and yet sets something off" in approver.says
    assert "must be a whole number from 0 to 10,080" in approver.says

    typed |= {"canceled": ["2"], "answers_close_minutes": ["60"]}
    refused = await approver.post(HERE, typed)
    assert refused.status_code == 422
    assert "The text asks people to answer CANCEL" in approver.says
    assert 'name="confirmed_acknowledgement" rows="2" maxlength="480" aria-invalid="true"' in refused.text

    texts = {"confirmed_acknowledgement": ["Thanks."], "confirmed_acknowledgement_out_of_hours": ["Closed."]}
    acts = {"confirmed_add_tags": ["coming, vip"], "confirmed_steps": ["starts"], "canceled_steps": ["stops"]}
    saved = await approver.post(HERE, typed | texts | acts)
    assert saved.status_code == 303, approver.says
    made = await clinic.stores.campaigns.get(clinic.company_id, "reminders")
    assert made.answers_close_minutes == 60
    assert made.reply_options == (
        ReplyOption(
            words=("1",),
            disposition=Disposition.CONFIRMED,
            acknowledgement="Thanks.",
            acknowledgement_out_of_hours="Closed.",
            add_tags=("coming", "vip"),
            starts_steps=True,
        ),
        ReplyOption(words=("2",), disposition=Disposition.CANCELED, stops_steps=True, event="gone"),
    )
