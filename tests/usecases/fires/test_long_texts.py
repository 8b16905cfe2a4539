"""Long texts go out like short ones: every commit is cut to what the database takes."""

import random
from collections.abc import AsyncIterator

import grpc
import pytest
import pytest_asyncio

from infra.local.emulators import Emulators
from shared.domain.campaigns.step import Step
from shared.domain.channels.channel import Channel
from shared.domain.fires.fire import Fire, Ledger, ProgressStatus
from shared.domain.fires.preview import PreviewState, Verdict
from shared.domain.messages.failure import FailureStep
from shared.runtime import Runtime
from shared.usecases.campaigns.start_preview import start_preview
from shared.views.kit.paging import PageAsked
from shared.views.previews import get_previewed_row, list_previewed_messages
from tests.kit.builders import a_campaign, a_step, a_template
from tests.kit.clinic import Clinic
from tests.kit.forgetting import forgotten
from tests.kit.narrow_proxy import NarrowProxy

EMULATOR_BYTES = 4 * 1024 * 1024
TEXT_BYTES = 60_011
MAIL = a_step(
    id="long", channel=Channel("email"), template_id="long", sender_id="mails", address_field="email"
)


@pytest_asyncio.fixture
async def proxy(emulators: Emulators) -> AsyncIterator[NarrowProxy]:
    async with NarrowProxy() as proxy:
        proxy.target = emulators.firestore
        yield proxy


@pytest_asyncio.fixture
async def narrow(
    clinic: Clinic, proxy: NarrowProxy, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Clinic]:
    """The same clinic, with its database behind the proxy."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", proxy.address)
    narrow = Clinic(Runtime(clinic.runtime.settings, clinic.runtime.now), clinic.simulator)
    yield narrow
    await narrow.close()


def text_of(length: int) -> str:
    """Text that does not compress to nothing, as real mails do not."""
    words = random.Random(1)  # noqa: S311 - the same text each time
    return "".join(words.choices("abcdefghijklmnopqrstuvwxyz     .,<>=/", k=length))


async def mails(clinic: Clinic, count: int, body: str, *rows: dict[str, str], step: Step = MAIL) -> Fire:
    """Fire a campaign of emails for so many people, and for these rows besides."""
    template = a_template(id="long", channel=Channel("email"), subject="Your visit", body=body)
    await clinic.stores.templates.save(clinic.company_id, "long", template)
    people = [
        {"Patient": f"P{n}", "Phone": f"+1 212 555 {2000 + n}", "Email": f"p{n}@example-clinic.com"}
        for n in range(count)
    ]
    await clinic.load(*people, *rows)
    await clinic.ready(steps=(step,), reply_options=())
    return await clinic.fire()


async def test_120_emails_of_60_kilobytes_all_go_out_once(narrow: Clinic, proxy: NarrowProxy) -> None:
    body = "Hello {{ name }}. "
    fire = await mails(narrow, 120, body + text_of(TEXT_BYTES - len(body)))
    report = await narrow.report(fire)
    assert report.ledger == Ledger(planned=120, sent=120)
    assert report.status is ProgressStatus.SENT
    sent = await narrow.sent_counts()
    assert len(sent) == 120
    assert set(sent.values()) == {1}
    assert max(size for _, size in proxy.commits) < EMULATOR_BYTES * 0.8
    batches = await narrow.batches()
    assert sum(len(batch.message_ids) for batch in batches) == 120
    assert len(batches) == 3  # 49, 49 and 22 where the rate alone would give 50, 50 and 20


async def test_long_and_short_texts_mixed_and_one_that_is_too_long(narrow: Clinic) -> None:
    note = text_of(30_000).replace('"', "'")
    rows = [
        {
            "Patient": f"M{n}",
            "Email": f"m{n}@example-clinic.com",
            "Doctor": {0: "Dr Vega", 1: note, 2: note * 3}[n % 3] if n < 90 else "Dr Vega",
        }
        for n in range(100)
    ]
    fire = await mails(narrow, 0, "{{ name }} sees {{ doctor }}. {{ doctor }}{{ doctor }}", *rows)
    report = await narrow.report(fire)
    assert report.ledger == Ledger(planned=100, sent=70, failed=30)
    failures = await narrow.failures()
    assert {failure.row_number for failure in failures} == {n + 2 for n in range(2, 90, 3)}
    assert all("too long" in failure.reason for failure in failures)
    assert len(await narrow.sent_counts()) == 70


async def test_a_preview_shows_long_texts_whole_and_what_is_too_long(clinic: Clinic) -> None:
    body = "Hello {{ name }}. {{ doctor }}{{ doctor }}{{ doctor }} "
    template = a_template(
        id="long", channel=Channel("email"), subject="Visit", body=body + text_of(TEXT_BYTES)
    )
    await clinic.stores.templates.save(clinic.company_id, "long", template)
    rows = [{"Patient": f"P{n}", "Email": f"p{n}@example-clinic.com"} for n in range(70)]
    await clinic.load(*rows, {"Patient": "Q", "Email": "q@example-clinic.com", "Doctor": text_of(80_000)})
    await clinic.save(a_campaign(steps=(MAIL,), reply_options=()))
    made = await start_preview(clinic.runtime, clinic.company_id, "reminders")
    assert (made.state, made.error) == (PreviewState.DONE, "")
    assert made.counts == {"will_send": 70, "must_be_mended": 1}
    asked = (clinic.runtime, clinic.company_id, made.id)
    [last] = await get_previewed_row(*asked, 71)
    assert last.body.startswith("Hello P69.")
    assert len(last.body.encode()) > TEXT_BYTES
    [long] = await get_previewed_row(*asked, 72)
    assert (long.verdict, "too long" in long.reason) == (Verdict.MUST_BE_MENDED, True)
    page = await list_previewed_messages(
        clinic.runtime, clinic.company_id, PageAsked(100), preview_id=made.id
    )
    assert [message.position for message in page.items] == list(range(1, 72))


async def test_a_preview_of_long_texts_is_forgotten_whole(clinic: Clinic) -> None:
    await test_a_preview_shows_long_texts_whole_and_what_is_too_long(clinic)
    assert await clinic.stores.preview_chunks.page(clinic.company_id, limit=10)
    await forgotten(clinic, Channel("email"), "p1@example-clinic.com")
    left = await clinic.stores.preview_chunks.page(clinic.company_id, limit=10)
    assert left.items == []


async def test_ordinary_texts_cost_as_many_commits_as_ever(narrow: Clinic, proxy: NarrowProxy) -> None:
    people = [{"Patient": f"P{n}", "Phone": f"+1 212 555 {2000 + n}"} for n in range(100)]
    await narrow.load(*people)
    await narrow.ready()
    narrow.runs_jobs = False
    await narrow.fire()
    proxy.commits.clear()
    await narrow.run_published()
    # One batch with its messages, which need no claims, as the key is the text; besides, the chunk is claimed
    # and closed.
    assert [writes for writes, _ in proxy.commits if writes > 5] == [101]


SAYINGS = [
    (grpc.StatusCode.RESOURCE_EXHAUSTED, "gRPC message exceeds maximum size", 20_000),
    (grpc.StatusCode.INVALID_ARGUMENT, "Transaction too big. Decrease transaction size.", 5_000),
    (grpc.StatusCode.INVALID_ARGUMENT, "Request payload size exceeds the limit", 5_000),
]


@pytest.mark.parametrize(("code", "text", "most_bytes"), SAYINGS, ids=["grpc", "writes", "request"])
async def test_tiny_commits_end_the_same(
    narrow: Clinic, proxy: NarrowProxy, code: grpc.StatusCode, text: str, most_bytes: int
) -> None:
    """A database that takes a few kilobytes at once, though batches are cut for three megabytes."""
    people = [{"Patient": f"P{n}", "Phone": f"+1 212 555 {2000 + n}"} for n in range(30)]
    await narrow.load(*people, {"Phone": "12"})
    await narrow.ready()
    proxy.code, proxy.text, proxy.most_bytes = code, text, most_bytes
    fire = await narrow.fire()
    assert proxy.refused > 0
    report = await narrow.report(fire)
    assert report.ledger == Ledger(planned=31, sent=30, failed=1)
    assert set((await narrow.sent_counts()).values()) == {1}


async def test_what_no_commit_takes_fails_alone_and_says_so(narrow: Clinic, proxy: NarrowProxy) -> None:
    rows = [
        {"Patient": f"P{n}", "Email": f"p{n}@example-clinic.com", "Doctor": "Dr Vega" if n else "x" * 30_000}
        for n in range(4)
    ]
    template = a_template(
        id="long", channel=Channel("email"), subject="Visit", body="{{ doctor }}{{ doctor }}"
    )
    await narrow.stores.templates.save(narrow.company_id, "long", template)
    await narrow.load(*rows)
    await narrow.ready(steps=(MAIL,), reply_options=())
    proxy.most_bytes = 45_000  # its failure, with the row's fields, fits
    fire = await narrow.fire()
    report = await narrow.report(fire)
    assert report.ledger == Ledger(planned=4, sent=3, failed=1)
    assert report.failed == {"text too long": 1}
    [failure] = await narrow.failures()
    assert "too large to be stored" in failure.reason
    assert failure.row_number == 2


async def test_what_cannot_be_marked_as_sending_fails_and_was_never_sent(
    narrow: Clinic, proxy: NarrowProxy
) -> None:
    narrow.runs_jobs = False
    long = {"Email": "long@example-clinic.com", "Doctor": "x" * 20_000}
    fire = await mails(narrow, 1, "Hello {{ name }}. {{ doctor }}", long)
    await narrow.run_published()
    [message] = [one for one in await narrow.messages() if one.address.startswith("long@")]
    proxy.code, proxy.text = SAYINGS[1][:2]
    # With the mark it is too large for a document; the text is not sent again with it.
    name, marked = message.id.encode(), b"sending_at"
    proxy.refuses = lambda request: name in request and marked in request
    await narrow.run_published()
    assert proxy.refused == 2  # both together, and the long one alone
    assert (await narrow.report(fire)).ledger == Ledger(planned=2, sent=1, failed=1)
    assert set(await narrow.sent_counts()) == {"p0@example-clinic.com"}
    [failure] = await narrow.failures()
    assert (failure.step, failure.row_number) == (FailureStep.SEND, 3)
    assert "too large" in failure.reason
