"""The appointment board: a day with all its appointments."""

import asyncio
import re
from datetime import date, timedelta
from html import unescape

import pytest

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.companies.user import Role
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.views import board
from tests.kit.api.office import OURS, THEIRS, Office
from tests.portal.conftest import SignedIn


async def _appointments(office: Office) -> str:
    """Three appointments on a day, and one on another; which day."""
    at = office.runtime.now().replace(hour=17) + timedelta(days=7)
    message = await office.stores.messages.get(OURS, f"message-{OURS}")
    for number, disposition in enumerate((Disposition.CONFIRMED, Disposition.CANCELED, None)):
        made = replace(
            message, id=f"m-{number}", state=MessageState.SENT, disposition=disposition, file_id="f",
            row_number=number, about_at=at + timedelta(hours=number), address=f"+1212555020{number}",
        )  # fmt: skip
        await office.stores.messages.save(OURS, made.id, made)
    moving = replace(
        message, id="m-9", about_at=at + timedelta(days=1), disposition=Disposition.RESCHEDULE_ASKED,
        address="+12125550209", file_id="f", row_number=9,
    )  # fmt: skip
    await office.stores.messages.save(OURS, moving.id, moving)
    return f"{at:%Y-%m-%d}"


async def test_the_board_shows_a_day_and_who_asked_for_another_time(
    office: Office, signed_in: SignedIn
) -> None:
    day, viewer = await _appointments(office), await signed_in(Role.VIEWER)
    await viewer.get(f"/board?day={day}")
    says = viewer.says
    assert "3 appointments" in says
    assert "1 confirmed" in says
    assert "1 no answer" in says
    freed, waiting = says.split("Freed times")[1].split("Who asked for another time")
    assert "+12125550201" in freed
    assert "+12125550209" in waiting
    await viewer.get(f"/board?day={day}&state=confirmed")
    assert "+12125550200" in viewer.page.text
    assert "+12125550202" not in viewer.page.text
    await viewer.get(f"/board?day={day}&campaign_id=campaign-{THEIRS}")
    assert "No appointment on this day." in viewer.says
    await viewer.get(f"/board/nearby?day={day}&campaign_id=campaign-{THEIRS}")
    assert "No day within two weeks" in viewer.says
    after, before = (date.fromisoformat(day) + timedelta(days=off) for off in (1, -3))
    assert f'hx-get="/board/nearby?day={before}"' in (await viewer.get(f"/board?day={before}")).text
    empty = (await viewer.get(f"/board/nearby?day={before}")).text
    assert empty.index(f'href="/board?day={day}"') < empty.index(f'href="/board?day={after}"')
    ours = (await office.stores.messages.get(OURS, "m-0")).campaign_id
    of_one = (await viewer.get(f"/board/nearby?day={before}&campaign_id={ours}")).text
    assert f'href="/board?day={day}&amp;campaign_id={ours}"' in of_one
    await viewer.get("/board/nearby?day=2020-01-01")
    assert "Days that have some" not in viewer.says


async def _full_day(office: Office, count: int) -> str:
    """A day with so many appointments, each of a minute; every tenth canceled."""
    at = (office.runtime.now() + timedelta(days=7)).replace(hour=12, minute=0)
    message = await office.stores.messages.get(OURS, f"message-{OURS}")
    made = [
        replace(
            message, id=f"full-{number}", state=MessageState.SENT, file_id="f", row_number=number,
            disposition=Disposition.CANCELED if number % 10 == 0 else None,
            about_at=at + timedelta(minutes=number), address=f"+1212555{number:04}",
        )
        for number in range(count)
    ]  # fmt: skip
    await asyncio.gather(*(office.stores.messages.save(OURS, one.id, one) for one in made))
    return f"{at:%Y-%m-%d}"


def _addresses(page: str) -> list[str]:
    return re.findall(r"<td>(\+1212555\d{4})</td>", page)


async def test_a_full_day_is_shown_in_pages_with_all_of_it_counted_printed_and_exported(
    office: Office, signed_in: SignedIn
) -> None:
    day, viewer = await _full_day(office, 230), await signed_in(Role.VIEWER)
    everybody = [f"+1212555{number:04}" for number in range(230)]
    seen, address = [], f"/board?day={day}"
    while address:
        page = (await viewer.get(address)).text
        assert "230 appointments" in viewer.says
        assert "23 cancelled" in viewer.says
        assert len(_addresses(page)) <= 100
        seen += _addresses(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = unescape(following[1]) if following else ""
    assert seen == everybody
    assert "30 of 230 are on this page" in viewer.says

    whole = re.search(r'href="([^"]+)">All on one page, to print', viewer.page.text)
    assert whole is not None
    page = (await viewer.get(unescape(whole[1]))).text
    assert _addresses(page) == everybody
    assert "data-print" in page
    assert 'rel="next"' not in page
    lines = (await viewer.get(f"/board/day.csv?day={day}")).text.strip().splitlines()
    assert len(lines) == 231

    page = (await viewer.get(f"/board?day={day}&state=canceled")).text
    assert _addresses(page) == everybody[::10]
    for odd, first in (("9999", 200), ("-1", 0), ("two", 0), ("9" * 40, 0)):
        page = (await viewer.get(f"/board?day={day}&page={odd}")).text
        assert _addresses(page)[0] == everybody[first], odd


async def test_a_day_with_too_many_says_what_to_choose(
    office: Office, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "MOST", 5)
    day, viewer = await _full_day(office, 6), await signed_in(Role.VIEWER)
    other = replace(await office.stores.messages.get(OURS, "full-0"), campaign_id="other")
    await office.stores.messages.save(OURS, other.id, other)
    page = await viewer.get(f"/board?day={day}")
    assert page.status_code == 422
    assert "Choose a campaign above" in viewer.says
    assert 'name="campaign_id"' in page.text
    assert (await viewer.get(f"/board/day.csv?day={day}")).status_code == 422
    ours = (await office.stores.messages.get(OURS, "full-1")).campaign_id
    page = await viewer.get(f"/board?day={day}&campaign_id={ours}")
    assert page.status_code == 200, "of one campaign they are not too many"
    assert len(_addresses(page.text)) == 5


async def test_the_board_is_exported_and_anothers_is_empty(office: Office, signed_in: SignedIn) -> None:
    day, viewer = await _appointments(office), await signed_in(Role.VIEWER)
    await viewer.get(f"/board/day.csv?day={day}")
    lines = viewer.page.text.strip().splitlines()
    assert len(lines) == 4
    assert "confirmed" in lines[1]
    other = await signed_in(Role.ADMIN, THEIRS)
    await other.get(f"/board?day={day}")
    assert "No appointment on this day." in other.says
    await viewer.get("/board?day=tomorrow")
    assert viewer.page.status_code == 200
