"""Tokens that end are renewed while half of their time is left; what cannot be renewed wakes somebody."""

from datetime import timedelta

from shared.domain.alert import Alert
from shared.domain.record import replace
from shared.providers.kit.credentials import Credentials
from shared.usecases.senders.renew_credentials import renew_credentials
from tests.kit.clinic import Clinic
from tests.kit.meta import INSTAGRAM, PAGE, add_meta
from tests.usecases.upkeep.test_watch_work import Alerts, alerts

__all__ = ["alerts"]
MONTH = timedelta(days=30)


async def tokens(clinic: Clinic) -> dict[str, list[str]]:
    secrets = clinic.runtime.secrets
    return {
        sender.id: [one.fields["access_token"] for one in await secrets.values("acme", sender.id, fresh=True)]
        for sender in (PAGE, INSTAGRAM)
    }


async def test_a_token_is_renewed_once_it_is_a_month_old(clinic: Clinic, alerts: Alerts) -> None:
    await add_meta(clinic)
    before = await tokens(clinic)
    now = clinic.runtime.now()
    assert await renew_credentials(clinic.runtime, now + MONTH / 2) == {"renewed": 0, "failed": 0}
    assert await tokens(clinic) == before
    assert await renew_credentials(clinic.runtime, now + MONTH * 1.1) == {"renewed": 2, "failed": 0}
    after = await tokens(clinic)
    assert all(len(several) == 1 for several in after.values())
    assert not {token for several in after.values() for token in several} & {
        token for several in before.values() for token in several
    }
    for sender in (PAGE, INSTAGRAM):
        credentials: Credentials = await clinic.runtime.credentials("acme", sender, fresh=True)
        account = clinic.runtime.provider_account(sender, credentials)
        assert await account.problem(sender) is None
    assert await renew_credentials(clinic.runtime, now + MONTH * 1.2) == {"renewed": 0, "failed": 0}
    assert alerts.found == []


async def test_a_token_that_cannot_be_renewed_is_an_alert_with_the_days_left(
    clinic: Clinic, alerts: Alerts
) -> None:
    await add_meta(clinic)
    fields = await clinic.credentials("pages")
    await clinic.set_credentials("pages", fields | {"access_token": "gone"})
    now = clinic.runtime.now()
    assert await renew_credentials(clinic.runtime, now + MONTH * 1.5 - timedelta(hours=1)) == {
        "renewed": 1,
        "failed": 1,
    }
    [alert] = alerts.found
    assert (alert["metric"], alert["value"], alert["sender_id"]) == (Alert.CREDENTIALS_ENDING, 15, "pages")
    assert (await clinic.credentials("pages"))["access_token"] == "gone"


async def test_a_pages_token_without_its_apps_id_does_not_end(clinic: Clinic, alerts: Alerts) -> None:
    await add_meta(clinic)
    fields = dict(await clinic.credentials("pages"))
    fields.pop("app_id")
    await clinic.set_credentials("pages", fields)
    now = clinic.runtime.now() + MONTH * 2
    assert await renew_credentials(clinic.runtime, now) == {"renewed": 1, "failed": 0}
    assert alerts.found == []


async def test_a_token_of_another_account_is_told(clinic: Clinic) -> None:
    await add_meta(clinic)
    credentials = await clinic.runtime.credentials("acme", INSTAGRAM)
    account = clinic.runtime.provider_account(INSTAGRAM, credentials)
    assert await account.problem(INSTAGRAM) is None
    problem = await account.problem(replace(INSTAGRAM, address="17841400000000009"))
    assert problem is not None
    assert "it speaks for 17841400000000001" in problem
    linked = await clinic.simulator.add_meta_account(f"instagram:{INSTAGRAM.address}", page="777")
    await clinic.set_credentials("insta", linked.fields)
    credentials = await clinic.runtime.credentials("acme", INSTAGRAM, fresh=True)
    account = clinic.runtime.provider_account(INSTAGRAM, credentials)
    assert await account.problem(INSTAGRAM) is None
    problem = await account.problem(replace(INSTAGRAM, address="17841400000000009"))
    assert problem == "The page 777 is not linked to 17841400000000009."
