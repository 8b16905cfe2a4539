"""Pages say what stored sentences mean for who works in an office: their clock, their words, no ids."""

import ast
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from functions.portal.kit.wording import OF_PROGRAMS, by_example, retold, sentence, with_fields_named
from shared.domain.companies.user import Role
from shared.domain.record import replace
from shared.domain.sequences.scheduled_email import EmailStatus
from shared.views.providers import provider_names
from tests.kit.api.office import OURS, Office
from tests.kit.architecture.source_tree import ROOT
from tests.kit.builders import NOON, an_email_sender
from tests.kit.clinic import Clinic, csv_of, people
from tests.kit.portal.visitor import Visitor
from tests.portal.conftest import SignedIn
from tests.usecases.conftest import clinic

__all__ = ["clinic"]


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("not in (%m/%d/%Y %I:%M %p)", "not in (01/31/2026 02:30 PM)"),
        ("and not as %d/%m/%Y %I:%M %p; the rest", "and not as 31/01/2026 02:30 PM; the rest"),
        ("as %Y-%m-%dT%H:%M", "as 2026-01-31T14:30"),
        ("39 of 39 rows (100%) stood", "39 of 39 rows (100%) stood"),
        ("8% of them, 9 % more", "8% of them, 9 % more"),
    ],
)
def test_a_format_is_shown_by_an_example(stored: str, shown: str) -> None:
    assert by_example(stored) == shown


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("of 2026-11-30 04:40 UTC (2c4ff8fe919a5a7b28b1337c) has", "of Sun 23:40 has"),
        ("fired at: nothing → 2026-11-30 04:41:04.609568+00:00", "fired at: nothing → Sun 23:41"),
        ("hash: nothing → 7038489b7038489b7038489b7038489b", "hash: nothing → 7038489b…"),
        ("is not like 2026-01-31 14:30", "is not like 2026-01-31 14:30"),
        ("Nothing went. Fire with send_again for whom should get theirs once more.", "Nothing went."),
    ],
)
def test_a_stored_sentence_is_told_on_the_companys_clock(stored: str, shown: str) -> None:
    zone = ZoneInfo("America/New_York")
    assert retold(stored, lambda moment: f"{moment.astimezone(zone):%a %H:%M}") == shown


def test_what_is_said_otherwise_on_pages_is_said_somewhere() -> None:
    paths = (ROOT / "shared").rglob("*.py")
    nodes = (node for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    said = [one.value for one in nodes if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    assert [one for one in OF_PROGRAMS if not any(one in text for text in said)] == []


async def test_yesterdays_file_again_says_what_to_do_here(clinic: Clinic, clinic_editor: Visitor) -> None:
    content = csv_of(*people(3))
    await clinic.load_bytes(content)
    again = await clinic.load_bytes(content)
    await clinic_editor.get(f"/files/{again.id}")
    assert "tick “Take it even if the same file came before” under More options" in clinic_editor.says
    assert "accepts_repeat" not in clinic_editor.says
    assert "UTC" not in clinic_editor.says
    where = f"/files/new?source={again.source_id}&amp;repeat=on"
    assert f'href="{where}"' in clinic_editor.page.text
    assert "Is it another kind of file" not in clinic_editor.says
    page = await clinic_editor.get(where.replace("&amp;", "&"))
    assert 'name="accepts_repeat" value="on" checked' in page.text
    assert 'name="accepts_repeat" value="on" checked' not in (await clinic_editor.get("/files/new")).text


async def test_a_search_of_rows_that_finds_none_leads_back_to_all(
    clinic: Clinic, clinic_editor: Visitor
) -> None:
    file = await clinic.load(*people(3))
    rows = f"/files/{file.id}/rows"
    await clinic_editor.get(f"{rows}?text=nobody+like+this")
    assert "No row here. Show all rows" in clinic_editor.says
    assert f'<a href="{rows}">Show all rows</a>' in clinic_editor.page.text
    await clinic_editor.get(rows)
    assert "Show all rows" not in clinic_editor.says


async def test_a_reply_in_the_inbox_says_what_it_answers(office: Office, signed_in: SignedIn) -> None:
    stores = office.stores
    reply = await stores.replies.get(OURS, f"reply-{OURS}")
    message = await stores.messages.get(OURS, f"message-{OURS}")
    await stores.messages.save(OURS, message.id, replace(message, body="Ana, you come on Monday at 9?"))
    await stores.replies.save(OURS, reply.id, replace(reply, waits=True, candidates=(message.id,)))
    viewer = await signed_in(Role.VIEWER)
    await viewer.get("/inbox")
    assert "to “Ana, you come on Monday at 9?”" in viewer.says
    await stores.replies.save(OURS, reply.id, replace(reply, waits=True, candidates=(message.id, "other")))
    await viewer.get("/inbox")
    assert "you come on Monday" not in viewer.says  # it may answer another


async def test_who_stands_in_a_file_alone_is_called_as_there(clinic: Clinic, clinic_editor: Visitor) -> None:
    await clinic.fire_for("+12125550101")
    reply = await clinic.write("+12125550101", "what is this about")
    assert "<h1>P0</h1>" in (await clinic_editor.get(f"/inbox/{reply.id}")).text


async def test_mailboxes_say_how_much_they_sent_today(office: Office, signed_in: SignedIn) -> None:
    stores = office.stores
    email = await stores.scheduled_emails.get(OURS, f"email-{OURS}")
    now = office.runtime.now()
    for name, status, ago in (
        ("one", EmailStatus.SENT, timedelta(0)),
        ("two", EmailStatus.SENT, timedelta(0)),
        ("earlier", EmailStatus.SENT, timedelta(days=2)),
        ("to come", EmailStatus.PENDING, timedelta(0)),
    ):
        made = replace(
            email, id=name, status=status, mailbox_id=f"mailbox-{OURS}", send_at=now - ago, due_at=NOON
        )
        await stores.scheduled_emails.save(OURS, made.id, made)
    viewer = await signed_in(Role.VIEWER)
    page = (await viewer.get("/mailboxes")).text
    assert '<th scope="col" class="num">Sent today</th>' in page
    line = page[page.index(f'href="/mailboxes/mailbox-{OURS}"') :]
    assert line[line.index('<td class="num">') :].startswith('<td class="num">2</td>')


async def test_a_segment_that_lacks_something_says_just_what(office: Office, signed_in: SignedIn) -> None:
    editor = await signed_in(Role.EDITOR)
    fields = {"match": "all", "g0.match": "all", "c0.0.kind": "tag", "c0.0.tag": ""}
    await editor.post("/segments/count", fields, seen="/segments/new")
    assert "Not complete yet: name a tag." in editor.says


async def test_providers_are_called_as_they_call_themselves(office: Office, signed_in: SignedIn) -> None:
    called = {"twilio": "Twilio", "sendgrid": "SendGrid", "meta": "Meta", "ses": "Amazon SES", "smtp": "SMTP"}
    assert {name: sentence(name) for name in provider_names()} == called
    await office.stores.senders.save(OURS, "mails", an_email_sender())
    admin = await signed_in(Role.ADMIN)
    for path in ("/settings/senders", "/settings/senders/mails", "/settings/senders/new?channel=email"):
        await admin.get(path)
        assert "SendGrid" in admin.says, path
    assert "By Amazon SES" in admin.says
    await admin.get("/mailboxes/new")
    assert "desk@acme-clinics.com, by SendGrid" in admin.says


def test_a_text_is_shown_with_the_names_of_its_fields_in_brackets() -> None:
    text = "Hello {{ first_name | default: 'friend' }}, {{-visit.at | date: '%b %d' -}}. {% if a %}{{ 1 }}"
    assert with_fields_named(text) == "Hello [first name], [visit.at]. {% if a %}{{ 1 }}"
