"""Find what became of a recipient's earlier steps: by computed ids, without a query.

Most are found at once. One that does not go out is stored under another id, a duplicate or a message that was
sent before names the other one, and a failure names what it was queued again as: these are followed.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from shared.domain.fires.resending import unreached
from shared.domain.fires.step_rules import Before
from shared.domain.ids import computed_id
from shared.domain.messages.failure import Failure
from shared.domain.messages.message import Message, MessageState
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime

ROUNDS = 6


class Follower(Struct, frozen=True, kw_only=True):
    """Whose earlier steps are looked for: a recipient of a fire, and each step's id with its message's."""

    fire_id: str
    recipient_key: str
    steps: Sequence[tuple[str, str | None]]


async def find_before(
    runtime: Runtime,
    company_id: str,
    followers: Mapping[str, Follower],
    transaction: Transaction | None = None,
) -> dict[str, Before]:
    """The messages of each follower's earlier steps, under the follower's key.

    With a transaction the reads are part of it: what they found may not change before the commit.
    """
    trails = {
        key: [_Trail.of(one, step_id, message_id) for step_id, message_id in one.steps]
        for key, one in followers.items()
    }
    every = [trail for several in trails.values() for trail in several]
    for _ in range(ROUNDS):
        messages = await _messages(runtime, company_id, every, transaction)
        failures = await _failures(runtime, company_id, every, transaction)
        every = [trail for trail in every if trail.follow(messages, failures)]
        if not every:
            break
    return {key: tuple(tuple(trail.met) for trail in several) for key, several in trails.items()}


async def _messages(
    runtime: Runtime, company_id: str, trails: Iterable["_Trail"], transaction: Transaction | None
) -> Mapping[str, Message]:
    wanted = {item_id for trail in trails for item_id in trail.messages}
    return await runtime.stores.messages.find_many(company_id, wanted, transaction) if wanted else {}


async def _failures(
    runtime: Runtime, company_id: str, trails: Iterable["_Trail"], transaction: Transaction | None
) -> Mapping[str, Failure]:
    wanted = {item_id for trail in trails for item_id in trail.failures}
    return await runtime.stores.failures.find_many(company_id, wanted, transaction) if wanted else {}


class _Trail(Struct, kw_only=True):
    """From where a step's message should be to where it is. `others` are the ids it may have instead."""

    messages: set[str]
    failures: set[str] = field(default_factory=set)
    others: tuple[str, str] | None
    met: list[Message] = field(default_factory=list)

    @classmethod
    def of(cls, follower: Follower, step_id: str, message_id: str | None) -> "_Trail":
        own = computed_id(follower.fire_id, step_id, "recipient", follower.recipient_key)
        failure = computed_id(follower.fire_id, step_id, "failure", follower.recipient_key)
        if message_id is None:
            return cls(messages={own}, failures={failure}, others=None)
        return cls(messages={message_id}, others=(own, failure))

    def follow(self, messages: Mapping[str, Message], failures: Mapping[str, Failure]) -> bool:
        """Take what was found, and say whether there is more to be looked for."""
        found = [messages[item_id] for item_id in self.messages if item_id in messages]
        again = [failures[item_id].requeued_as for item_id in self.failures if item_id in failures]
        self.met += [message for message in found if message not in self.met]
        self.messages = {item_id for item_id in again if item_id is not None}
        self.failures = set()
        if not self.met and self.others is not None:
            own, failure = self.others
            self.messages, self.failures, self.others = {own}, {failure}, None
        for message in found:
            self._follow(message)
        return bool(self.messages or self.failures)

    def _follow(self, message: Message) -> None:
        if message.state is MessageState.SKIPPED and message.duplicate_of is not None:
            self.messages.add(message.duplicate_of)
        elif unreached(message) is not None:  # it may have been sent again
            self.failures.add(message.id)
