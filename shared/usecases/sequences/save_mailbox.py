"""Make a mailbox of a sender of email, or edit it."""

from collections.abc import Mapping

from shared.domain.errors import Conflict, InvalidInput, Problem
from shared.domain.record import replace
from shared.domain.senders.sender import Sender
from shared.domain.sequences.mailbox import CHANNEL, MOST_MAILBOXES, Mailbox, WarmUp, check_mailbox
from shared.domain.sequences.plan_change import change_of_mailbox
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.sequences.ask_plan import announce_plan, asked_plan

_TOO_MANY = f"the company has {MOST_MAILBOXES} mailboxes, the most that one may have"


async def create_mailbox(
    runtime: Runtime,
    company_id: str,
    sender_id: str,
    *,
    daily_capacity: int,
    warm_up: WarmUp | None = None,
    user_id: str | None = None,
) -> Mailbox:
    """Have sequences sent from the sender. The same again changes nothing.

    Raises InvalidInput, and Conflict when it is a mailbox already that differs.
    """
    sender = await runtime.stores.senders.find(company_id, sender_id)
    if sender is None or sender.channel != CHANNEL:
        raise InvalidInput.at("sender_id", "there is no such sender of email; add it to the senders first")
    mailbox = _of(sender, daily_capacity, warm_up, user_id, runtime)
    await _check(runtime, company_id, mailbox)
    mailboxes = runtime.stores.mailboxes
    if not await mailboxes.add(company_id, mailbox.id, mailbox):
        known = await mailboxes.get(company_id, mailbox.id)
        if replace(known, created_at=mailbox.created_at) != mailbox:
            raise Conflict(f"{sender.address} is a mailbox already. Change that one.")
        return known
    return mailbox


async def edit_mailbox(
    runtime: Runtime, company_id: str, mailbox_id: str, changes: Mapping[str, object]
) -> Mailbox:
    """Change `daily_capacity`, `warm_up`, `user_id` or `is_paused`. Raises NotFound, InvalidInput."""
    stores = runtime.stores
    read = await stores.mailboxes.get(company_id, mailbox_id)
    await _check(runtime, company_id, replace(read, **changes))  # type: ignore[arg-type]  # its fields

    async def edit(transaction: Transaction) -> Mailbox:
        current = await stores.mailboxes.get(company_id, mailbox_id, transaction)
        edited = replace(current, **changes)  # type: ignore[arg-type]  # its fields
        change = change_of_mailbox(current, edited)
        plan = await asked_plan(runtime, company_id, change, transaction) if change else None
        stores.mailboxes.put_changed(transaction, company_id, mailbox_id, current, edited)
        if plan is not None:
            stores.sequence_plans.put(transaction, company_id, plan.id, plan)
        return edited

    edited = await transact(stores.db, edit)
    await announce_plan(runtime, company_id)
    return edited


def _of(
    sender: Sender, daily_capacity: int, warm_up: WarmUp | None, user_id: str | None, runtime: Runtime
) -> Mailbox:
    return Mailbox(
        id=sender.id,
        email=sender.address,
        provider=sender.provider,
        daily_capacity=daily_capacity,
        created_at=runtime.now(),
        user_id=user_id,
        warm_up=warm_up,
    )


async def _check(runtime: Runtime, company_id: str, mailbox: Mailbox) -> None:
    problems = list(check_mailbox(mailbox))
    if mailbox.user_id and await runtime.stores.users.find(company_id, mailbox.user_id) is None:
        problems.append(Problem(field="user_id", reason="there is no such user of the company"))
    known = await runtime.stores.mailboxes.page(company_id, limit=MOST_MAILBOXES)
    if len(known.items) >= MOST_MAILBOXES and mailbox.id not in {one.id for one in known.items}:
        problems.append(Problem(field="company", reason=_TOO_MANY))
    if problems:
        raise InvalidInput(*problems)
