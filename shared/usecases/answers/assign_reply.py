"""Say who is to see to a reply."""

from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput
from shared.domain.messages.reply import Reply
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def assign_reply(runtime: Runtime, company_id: str, reply_id: str, user_id: str | None) -> Reply:
    """Give the reply to a user, who may answer; to nobody with None.

    Raises NotFound, and InvalidInput for who may not answer.
    """
    stores = runtime.stores
    if user_id is not None:
        user = await stores.users.find(company_id, user_id)
        if user is None or user.disabled_at is not None or not user.allows(Scope.WRITE):
            raise InvalidInput.at("user_id", "is nobody who may answer here")

    async def assign(transaction: Transaction) -> Reply:
        reply = await stores.replies.get(company_id, reply_id, transaction)
        assigned = replace(reply, assigned_to=user_id)
        stores.replies.put(transaction, company_id, reply_id, assigned)
        return assigned

    return await transact(stores.db, assign)
