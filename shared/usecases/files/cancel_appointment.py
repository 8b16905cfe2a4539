"""Cancel an appointment by the API: nothing more is sent of what files of the source said of it so far."""

from shared.domain.files.appointments import appointment_key
from shared.domain.files.withdrawal import Withdrawal, records_of
from shared.runtime import Runtime
from shared.usecases.sending.withdraw_messages import WithdrawnMessages, withdraw_messages

BY_API = "api"  # in place of the file that says so


async def cancel_appointment(
    runtime: Runtime, company_id: str, source_id: str, appointment_id: str
) -> WithdrawnMessages:
    """Store the withdrawal, then skip what waits; how many messages, and for how many it is too late.

    A file that comes later and books the appointment again is sent. Doing it again withdraws what has come to
    wait since. Raises NotFound for a source that is none.
    """
    stores, now = runtime.stores, runtime.now()
    await stores.sources.get(company_id, source_id)
    withdrawal = Withdrawal(key=appointment_key(source_id, appointment_id))
    [record] = records_of(source_id, f"{BY_API} {withdrawal.key} {now.isoformat()}", now, [withdrawal])
    await stores.withdrawals.save(company_id, record.id, record)
    return await withdraw_messages(runtime, company_id, [(withdrawal, BY_API)])
