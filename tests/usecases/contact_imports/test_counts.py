"""What an import reads: the refusals of a company that has few are read once for a block of rows."""

from shared import metering
from shared.domain.channels.channel import Channel
from shared.domain.fires.fire_cost import Unit
from shared.usecases.contacts.save_opt_out import save_opt_out
from tests.kit.clinic import Clinic
from tests.usecases.contact_imports.office import announced, contacts, counted, done

ROWS = 1_200
SMS = Channel("sms")


async def test_refusals_are_not_looked_up_address_by_address(clinic: Clinic) -> None:
    await save_opt_out(clinic.runtime, "acme", SMS, "+12122000007")
    lines = [f"P{number},+1{2_122_000_000 + number},subscribed" for number in range(ROWS)]
    import_id = await announced(clinic, "\n".join(["Key,Phone,sms consent", *lines]))
    with metering.metered() as meter:
        item = await done(clinic, import_id)
    assert counted(item) == {"rows": ROWS, "created": ROWS, "kept_refusals": 1}
    refused = [one for one in (await contacts(clinic)).values() if one.key == "P7"]
    assert [str(each.consent) for one in refused for each in one.addresses] == ["unknown"]
    # Each of the 512 shards of contacts and of keys is read when the rows are looked at, and when written.
    assert sum(each[Unit.READS] for each in meter.values()) < 2_900
