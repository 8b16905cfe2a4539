"""Two companies on one stack: a large fire, and a small one that begins when the large one is under way."""

from collections.abc import Callable

from msgspec import Struct

from infra.local.stack import Stack
from infra.local.waiting import wait_while_moving
from tests.kit.stack.office import Office, campaign, give_number, open_office, settled, stored

SMALL = 30
RATE_PER_SECOND = 100
AREAS = (201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228)


class Beside(Struct, frozen=True, kw_only=True):
    """What came of it: how long each took, in seconds, and how many messages of the large fire had gone out
    when the small one, which began when `begun` had, was through.
    """

    large: int
    begun: int
    through: int
    small_seconds: float
    large_seconds: float


async def send_beside(stack: Stack, large: int, clock: Callable[[], float] = lambda: 0.0) -> Beside:
    """Fire for `large` people, and beside it, in another company, for thirty.

    `clock` is for who measures: seconds, from any moment on. Raises when not all is sent.
    """
    async with open_office(stack) as first, open_office(stack) as second:
        await give_number(first, "+12125550177", rate_per_second=float(RATE_PER_SECOND))
        await give_number(second, "+12125550178", rate_per_second=float(RATE_PER_SECOND))
        fires = {office: await _ready(office, count) for office, count in ((first, large), (second, SMALL))}
        accounts = {office: await _account(office) for office in fires}

        async def sent(office: Office = first) -> int:
            found = await office.simulator.messages(account=accounts[office], channel="sms")
            return len(found)

        started = clock()
        big = await first.api.post(f"/campaigns/{fires[first]}/fire")
        begun = await wait_while_moving("the large fire to begin", sent, lambda count: count > 0)
        small_started = clock()
        await second.api.post(f"/campaigns/{fires[second]}/fire")
        await wait_while_moving("the small fire", lambda: sent(second), lambda count: count == SMALL)
        small_seconds, through = clock() - small_started, await sent()
        report = await settled(first, big["id"])
        assert report["ledger"]["sent"] == large
        return Beside(
            large=large,
            begun=begun,
            through=through,
            small_seconds=small_seconds,
            large_seconds=clock() - started,
        )


async def _ready(office: Office, count: int) -> str:
    """A campaign for so many people, ready to fire; its id."""
    rows = [
        f"P{number},+1{AREAS[number // 8_000]}555{2_000 + number % 8_000:04},p@example.com"
        for number in range(count)
    ]
    made = await campaign(office, rows)
    await office.api.post(f"/campaigns/{made['id']}/ready")
    return str(made["id"])


async def _account(office: Office) -> str:
    return (await stored(office, office.company.sms_sender_id))[0]["account_sid"]
