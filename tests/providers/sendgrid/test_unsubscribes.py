"""Taking an address off SendGrid's list, against a server that answers whatever it likes."""

import pytest

from shared.providers.kit.asking import ProviderUnavailable, SenderRefused
from shared.providers.sendgrid.unsubscribes import SendGridUnsubscribes
from tests.kit.providers.misbehaving_server import Behaviour, answer, close, reset, serve


def unsubscribes(url: str) -> SendGridUnsubscribes:
    return SendGridUnsubscribes("SG.key\n", url + "/", 5.0)


@pytest.mark.parametrize("status", [200, 204, 404])
async def test_who_is_taken_off_or_was_not_on_it_is_off(status: int) -> None:
    async with serve(answer(status)) as seen:
        await unsubscribes(seen.url).clear("o'ana+a b/c?@example.com")
    [request] = seen.requests
    head = request.head.split("\r\n")
    assert head[0] == "DELETE /v3/asm/suppressions/global/o%27ana%2Ba%20b%2Fc%3F@example.com HTTP/1.1"
    assert "Authorization: Bearer SG.key" in head


@pytest.mark.parametrize("status", [400, 403, 405])
async def test_a_key_that_may_not_do_it_is_refused(status: int) -> None:
    async with serve(answer(status)) as seen:
        with pytest.raises(SenderRefused, match=f"does not let the API key .* {status}|{status}"):
            await unsubscribes(seen.url).clear("ana@example.com")


@pytest.mark.parametrize(
    "behaviour", [answer(401), answer(429), answer(500), answer(503), answer(302), close, reset]
)
async def test_what_may_be_better_later_is_told_apart(behaviour: Behaviour) -> None:
    async with serve(behaviour) as seen:
        with pytest.raises(ProviderUnavailable):
            await unsubscribes(seen.url).clear("ana@example.com")
    assert seen.requests
