"""The guards of the send protocol, and how to take one out: a test suite that cannot fail proves nothing.

A guard is a piece of the source of one function. Removing it compiles that function anew without it and
swaps its code object, so that everybody who imported the function is affected, and it can be put back.
"""

import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType
from typing import Any

from msgspec import Struct

from shared.domain import lease
from shared.domain.messages import message
from shared.firestore.kit import wire
from shared.providers.kit import http
from shared.providers.smtp.client import SmtpSender
from shared.providers.twilio import codes
from shared.usecases.fires import start_fire
from shared.usecases.ledger import find_alone
from shared.usecases.sending import claim_batch, intend_messages, read_group
from shared.usecases.sequences import hand_over_emails
from shared.usecases.upkeep import announce_again


class Guard(Struct, frozen=True):
    """`there` in the source of `function` is the guard; `instead` is what is left without it."""

    function: Callable[..., Any]
    there: str
    instead: str

    def remove(self) -> CodeType:
        """Take the guard out; returns the code to put back. Raises ValueError when the source has changed."""
        function = self.function
        assert isinstance(function, FunctionType)
        source = textwrap.dedent(inspect.getsource(function))
        if source.count(self.there) != 1:
            raise ValueError(f"{function.__qualname__} does not have {self.there!r} exactly once")
        broken: dict[str, Any] = {}
        code = compile(source.replace(self.there, self.instead), inspect.getfile(function), "exec")
        exec(code, function.__globals__, broken)  # noqa: S102 - our own source
        kept, function.__code__ = function.__code__, broken[function.__name__].__code__
        return kept

    @contextmanager
    def removed(self) -> Iterator[None]:
        """Without the guard for a while."""
        kept = self.remove()
        try:
            yield
        finally:
            self.function.__code__ = kept


GUARDS: dict[str, Guard] = {
    "intent fence": Guard(
        lease.is_held,
        "item.lease_token == token and item.lease_until is not None and now < item.lease_until",
        "True",
    ),
    "consent in the transaction": Guard(read_group._refusals, "holding(several, held)", "None"),
    "other fires in the transaction": Guard(
        intend_messages._by_others, "before is not None and before.forbids", "False"
    ),
    "answers in the transaction": Guard(intend_messages._by_steps, "if steps is None:", "if True:"),
    "no fire is alone beside an open one": Guard(
        start_fire._beside_others, "is_alone=is_alone", "is_alone=True"
    ),
    "who was alone learns of the next fire": Guard(
        find_alone.no_longer_alone, "replace(fire, is_alone=False)", "fire"
    ),
    "frozen content": Guard(
        intend_messages._decide,
        "if sealed != message.rendering_hash or fire.content_hash != content.content_hash:",
        "if False:",
    ),
    "what was withdrawn is not sent": Guard(
        intend_messages._taken_back, "return _skipped(message, SkipReason.WITHDRAWN)", "return None"
    ),
    "token compare": Guard(message.after_result, "if message.token != token:", "if False:"),
    "a result changes only what nobody wrote since": Guard(
        wire.add_write, "if written_at is not None:", "if False:"
    ),
    "lease on claim": Guard(
        lease.leased, "if item.lease_until is not None and now < item.lease_until:", "if False:"
    ),
    "lost leases are given up": Guard(claim_batch.claim_batch, "if claimed is not None:", "if False:"),
    "what was given up is not requeued": Guard(
        message.given_up,
        "moved(message, _S.UNKNOWN, reason=LEASE_LOST, search_at=message.sending_at)",
        "replace(message, state=_S.QUEUED, token=None)",
    ),
    "only 429 is requeued": Guard(codes.refusal, "outcome=Outcome.UNKNOWN", "outcome=Outcome.NOT_ACCEPTED"),
    "total error table": Guard(http.failure, "_proves_nothing_left(error)", "True"),
    "an email becomes a message once": Guard(
        hand_over_emails._store, "email != wanted[item_id] or enrollment is None", "enrollment is None"
    ),
    "a mail that left is unknown": Guard(
        SmtpSender._send_all,
        'results[message.message_id] = codes.lost("no answer")  # until there is one',
        "pass",
    ),
    "sweep": Guard(
        announce_again.announce_again,
        "await announce_jobs(runtime, [job_of(*pair) for pair in part], point)",
        "pass",
    ),
}
