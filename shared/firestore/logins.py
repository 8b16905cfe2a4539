"""Which user signs in with an email address, and how often somebody tried: beside the companies, as who signs
in names none.
"""

from datetime import datetime, timedelta

from google.cloud.firestore import AsyncClient

from shared.domain.companies.login import Login, login_id
from shared.domain.companies.throttle import STRETCH, Throttle, one_more
from shared.firestore.kit import paths
from shared.firestore.kit.codec import overwriting, record_in, to_document
from shared.firestore.kit.retries import read_retry
from shared.firestore.kit.transactions import Transaction, transact


class Logins:
    """Logins by email address."""

    def __init__(self, db: AsyncClient) -> None:
        self._db = db

    async def find(self, email: str, transaction: Transaction | None = None) -> Login | None:
        """Whose the address is, or None."""
        ref = paths.login(self._db, login_id(email))
        snapshot = await ref.get(transaction=transaction, retry=read_retry(transaction))
        return record_in(Login, snapshot) if snapshot.exists else None

    def put(self, transaction: Transaction, company_id: str, user_id: str, email: str) -> None:
        """Give the address to a user of a company."""
        login = Login(id=login_id(email), company_id=company_id, user_id=user_id)
        transaction.set(paths.login(self._db, login.id), to_document(login))

    async def remove(self, company_id: str, email: str) -> bool:
        """Take the address from the company's user; False when it is not theirs."""

        async def take(transaction: Transaction) -> bool:
            found = await self.find(email, transaction)
            if found is None or found.company_id != company_id:
                return False
            transaction.delete(paths.login(self._db, found.id))
            return True

        return await transact(self._db, take)


class Throttles:
    """Tries to sign in, by account and by address; tests, by who sends them."""

    def __init__(self, db: AsyncClient) -> None:
        self._db = db

    async def count(self, throttle_id: str, now: datetime, stretch: timedelta = STRETCH) -> int:
        """Count one more try; how many there were in this stretch."""
        ref = paths.throttle(self._db, throttle_id)

        async def add(transaction: Transaction) -> int:
            snapshot = await ref.get(transaction=transaction)
            known = record_in(Throttle, snapshot) if snapshot.exists else None
            counted = one_more(known, throttle_id, now, stretch)
            document, fields = overwriting(counted)
            transaction.set(ref, document, merge=fields)
            return counted.tries

        return await transact(self._db, add)

    async def forget(self, throttle_id: str) -> None:
        """Begin to count anew: the account's owner got in."""
        await paths.throttle(self._db, throttle_id).delete()
