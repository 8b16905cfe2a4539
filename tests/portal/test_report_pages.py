"""Reports: the same numbers as the API's, in tables beside plots."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest
import pytest_asyncio

from functions.portal.kit.wording import sentence, words
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import Channel
from shared.domain.companies.user import Role
from shared.domain.fires.fire import PlannedStep
from shared.domain.fires.fire_cost import FireCost
from shared.domain.messages.message import MessageState
from shared.domain.messages.reply import Reply
from shared.domain.messages.sending import Delivery
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.views.providers import explain_codes
from tests.kit.api.office import OURS, THEIRS, Office
from tests.kit.builders import NOON
from tests.kit.portal.visitor import Visitor
from tests.portal.conftest import SignedIn

DAYS = f"first={NOON:%Y-%m-%d}&last={NOON:%Y-%m-%d}"
SENT, SMS, EMAIL = MessageState.SENT, Channel("sms"), Channel("email")
MADE = (
    (SMS, SENT, Delivery.DELIVERED, Disposition.CONFIRMED, None),
    (SMS, SENT, Delivery.READ, Disposition.CANCELED, None),
    (SMS, SENT, Delivery.UNDELIVERED, None, None),
    (EMAIL, SENT, Delivery.DELIVERED, Disposition.CONFIRMED, None),
    (EMAIL, SENT, None, None, None),
    (SMS, MessageState.SKIPPED, None, None, "opted_out"),
    (SMS, MessageState.UNKNOWN, None, None, "It timed out."),
)


class Tables(HTMLParser):
    """The rows of each table on a page, by its id or else by the heading before it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self._heading, self._into, self._rows = "", "", list[list[str]]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._into = tag if tag in ("h2", "td", "th") else self._into
        if tag == "h2":
            self._heading = ""
        elif tag == "table":
            self._rows = self.tables[dict(attrs).get("id") or self._heading] = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._into = "" if tag == self._into else self._into

    def handle_data(self, data: str) -> None:
        if self._into == "h2":
            self._heading += data
        elif self._into:
            self._rows[-1][-1] += data

    def counts(self, name: str) -> dict[str, int]:
        """A table of names and numbers."""
        rows = [row for row in self.tables.get(name, []) if row[1].replace(",", "").isdecimal()]
        return {row[0]: int(row[1].replace(",", "")) for row in rows}


@pytest_asyncio.fixture
async def viewer(office: Office, signed_in: SignedIn) -> Visitor:
    """A viewer of ours, where a fire has messages of every kind."""
    stores = office.stores
    [message] = [await stores.messages.get(OURS, f"message-{OURS}")]
    await stores.messages.remove(OURS, [message.id])
    for number, (channel, state, delivery, disposition, reason) in enumerate(MADE):
        made = replace(
            message, id=f"m-{number}", channel=channel, state=state, delivery=delivery,
            disposition=disposition, reason=reason,
            delivery_code="30003" if delivery is Delivery.UNDELIVERED else None,
        )  # fmt: skip
        await stores.messages.save(OURS, made.id, made)
        if disposition is not None:
            await stores.replies.save(OURS, f"r-{number}", _reply(f"r-{number}", disposition, number))
    fire = await stores.fires.get(OURS, f"fire-{OURS}")
    steps = (PlannedStep(step_id=message.step_id, planned=len(MADE) + 1, chunk_count=0),)
    await stores.fires.save(OURS, fire.id, replace(fire, steps=steps, chunks_stored=True))
    failure = await stores.failures.get(OURS, f"failure-{OURS}")
    await stores.failures.save(OURS, failure.id, replace(failure, step_id=message.step_id))
    amounts = {SMS.record.unit: 4, EMAIL.record.unit: 2, "reads": 12}
    cost = FireCost(id="cost", fire_id=fire.id, job="send", counted_at=NOON, amounts=amounts)
    await stores.fire_costs.save(OURS, cost.id, cost)
    return await signed_in(Role.VIEWER)


def _reply(item_id: str, disposition: Disposition, hours: int) -> Reply:
    return Reply(
        id=item_id,
        sender_id=f"sender-{OURS}",
        channel=SMS,
        address="+12125550187",
        body="1",
        received_at=NOON + timedelta(hours=hours),
        meaning=ReplyMeaning.ANSWER,
        fire_id=f"fire-{OURS}",
        disposition=disposition,
    )


def _worded(counts: dict[str, int]) -> dict[str, int]:
    codes = explain_codes(counts)
    shown = {name: f"{codes[name]} ({words(name)})" if name in codes else words(name) for name in counts}
    return {shown[name]: count for name, count in counts.items() if count}


@pytest.mark.parametrize("campaign", ["", f"&campaign_id=campaign-{OURS}"])
async def test_a_report_says_what_the_api_says(office: Office, viewer: Visitor, campaign: str) -> None:
    zone = "-05:00"
    asked = {
        "start": f"{NOON:%Y-%m-%d}T00:00:00{zone}",
        "end": f"{NOON + timedelta(days=1):%Y-%m-%d}T00:00:00{zone}",
    }
    if campaign:
        asked["campaign_id"] = f"campaign-{OURS}"
    answer = await office.get("/v1/reports", params=asked)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    page = Tables((await viewer.get(f"/reports?{DAYS}{campaign}")).text)
    ledger = told["ledger"]
    assert ledger["planned"] == len(MADE) + 1
    assert ledger["is_balanced"]
    for name in ("planned", "sent", "skipped", "failed", "unknown", "pending"):
        assert f"<dd>{ledger[name]}</dd>" in viewer.page.text
    assert page.counts("funnel") == {
        "Planned": ledger["planned"],
        "Sent": ledger["sent"],
        "Delivered": told["deliveries"]["delivered"] + told["deliveries"]["read"],
        "Answered": sum(told["dispositions"].values()),
        "Confirmed": told["dispositions"]["confirmed"],
    }
    assert page.counts("dispositions") == {sentence(key): n for key, n in told["dispositions"].items()}
    for title, name in (
        ("Why failed", "failed"), ("Why skipped", "skipped"), ("Why unknown", "unknown"),
        ("Not delivered", "undelivered"), ("Deliveries", "deliveries"),
        ("What people wrote", "replies"),
    ):  # fmt: skip
        assert page.counts(title) == _worded(told[name]), name
    charged, worked = page.counts("What providers charge for"), page.counts("worked")
    assert charged | worked == _worded(told["costs"])
    assert "records read" not in charged
    title = "Refusals in reply" if campaign else "Refusals noted in these days"
    assert page.counts(title) == _worded(told["opt_outs"])
    by_channel = {row[0]: row[1:] for row in page.tables["channels"][1:]}
    for one in told["channels"]:
        noun = sentence(Channel(one["channel"]).record.noun)
        shown = [one[name] for name in ("sent", "delivered", "answered", "read", "undelivered")]
        assert by_channel[noun] == [*map(str, shown), f"{one['estimated_cost']} USD"]
    assert [(one["sent"], one["delivered"]) for one in told["channels"]] == [(3, 2), (2, 1)]
    assert f"<dd>{told['estimated_cost']} USD</dd>" in viewer.page.text
    rows = page.tables["times"][1:]
    assert [list(map(int, row[1:])) for row in rows] == [
        [one["counts"].get(kind, 0) for kind in Disposition] for one in told["answers"]
    ]
    assert sum(sum(one["counts"].values()) for one in told["answers"]) == 3


async def test_days_without_anything_and_wrong_ones_are_said(viewer: Visitor) -> None:
    await viewer.get("/reports?first=2020-01-01&last=2020-01-02")
    assert "Nothing was sent in these days." in viewer.says
    await viewer.get("/reports?first=2020-01-03&last=2020-01-01")
    assert viewer.page.status_code == 422
    await viewer.get("/reports?first=yesterday&last=31.12.")
    assert viewer.page.status_code == 200


async def test_another_companys_campaign_has_no_report(viewer: Visitor) -> None:
    await viewer.get(f"/reports?{DAYS}&campaign_id=campaign-{THEIRS}")
    assert "Nothing was sent in these days." in viewer.says


async def test_every_recipient_is_a_line(viewer: Visitor) -> None:
    await viewer.get(f"/reports/recipients.csv?{DAYS}")
    assert len(viewer.page.text.strip().splitlines()) == len(MADE) + 1
    await viewer.get(f"/reports/recipients.csv?{DAYS}&campaign_id=campaign-{THEIRS}")
    assert len(viewer.page.text.strip().splitlines()) == 1


async def test_plots_are_loaded_where_they_are_and_nowhere_else(viewer: Visitor) -> None:
    await viewer.get(f"/reports?{DAYS}")
    assert "uPlot" in viewer.page.text
    await viewer.get("/contacts")
    assert "uPlot" not in viewer.page.text
