"""A sender's rate: up to what its channel's providers give, and more than nothing."""

import math
import sys
from collections.abc import Callable

import pytest

from shared.domain.errors import InvalidInput
from shared.domain.senders.sender import Sender
from shared.usecases.senders.save_sender import save_sender
from tests.kit.builders import an_email_sender, an_sms_sender
from tests.kit.clinic import Clinic

MAKERS = [(an_sms_sender, 4_000.0, "4,000"), (an_email_sender, 10_000.0, "10,000")]


@pytest.mark.parametrize(("make", "highest", "named"), MAKERS, ids=["sms", "email"])
async def test_a_rate_has_its_channels_limit(
    clinic: Clinic, make: Callable[..., Sender], highest: float, named: str
) -> None:
    credentials = await clinic.credentials(make().id)
    await save_sender(clinic.runtime, "acme", make(rate_per_second=highest), credentials)
    assert (await clinic.stores.senders.get("acme", make().id)).rate_per_second == highest
    for refused in (math.nextafter(highest, math.inf), 0.0, -1.0, math.inf, math.nan):
        with pytest.raises(InvalidInput, match=f"at most {named} messages a second") as found:
            await save_sender(clinic.runtime, "acme", make(rate_per_second=refused), credentials)
        assert [problem.field for problem in found.value.problems] == ["rate"]
    assert (await clinic.stores.senders.get("acme", make().id)).rate_per_second == highest


async def test_a_company_has_so_many_senders_that_they_are_listed_at_once(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[save_sender.__module__], "MOST_SENDERS", 2)  # it has two already
    credentials = await clinic.credentials("texts")
    with pytest.raises(InvalidInput, match="the company has 2 senders, the most that one may have"):
        await save_sender(clinic.runtime, "acme", an_sms_sender(id="third"), credentials)
    assert await clinic.stores.senders.find("acme", "third") is None
    await save_sender(clinic.runtime, "acme", an_sms_sender(name="as before"), credentials)
