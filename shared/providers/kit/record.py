"""What a provider's folder exports: one record, in `provider.py` as PROVIDER.

Every entry point that sends, asks or is told anything imports it. What costs time to import (a vendor's
package, pydantic, our own client) is imported in the record's functions, on first use.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Generic

from msgspec import Struct, field

from shared.domain.channels.channel import Channel
from shared.domain.channels.channel_record import ChannelRecord
from shared.domain.contacts.opt_out import OptOutSource
from shared.domain.messages.sending import IncomingMessage, Receipt, Unsent
from shared.domain.messages.webhook import WebhookAnswer, WebhookRequest
from shared.providers.kit.adapters import (
    MessageSender,
    OwnLists,
    ProviderAccount,
    ProviderContents,
    ProviderHistory,
)
from shared.providers.kit.credentials import C

if TYPE_CHECKING:
    from shared.domain.messages.call_turn import CallHeard, CallTurn
    from shared.providers.kit.credential_input import CredentialsInput

STATUS_PATH = "status"  # where each message's own `status_url` points: /messages/status

STORED = WebhookAnswer()
News = Receipt | IncomingMessage | Unsent


class CallTalk(Struct, frozen=True, kw_only=True):
    """How a provider asks what a call says next, and how it is told.

    `hear` raises InvalidInput when the request lacks what it must have.
    """

    hear: "Callable[[WebhookRequest], CallHeard]"
    tell: "Callable[[WebhookRequest, CallTurn], WebhookAnswer]"


class WebhookRoute(Struct, Generic[C], frozen=True, kw_only=True):
    """One address a provider posts to: /messages/<path>, with company and sender in the query.

    `verify` raises BadSignature unless the request was provably sent by the provider for an account with
    these credentials; it sees the bytes before anything else does. `read` then says what was told, and raises
    InvalidInput when that cannot be made out. `answer` is given once all of it is stored; where there is a
    `talk`, the answer is what a call says next.
    A longer body than `longest_body` (bytes), and one without the header `proof`, is refused unread.
    `set_at` says, by channel, where at the provider an admin has to enter the address; one that is not in it
    needs nothing, as each message carries the address. Where one post tells of several of a company's
    senders, `by_account` says what of each, by its address.
    `challenge` answers the GET by which a provider makes sure that the address is ours; it raises
    BadSignature for one that does not know our secret. `learn` fetches what `verify` needs, before
    anything is believed, and `follow` does what a post that is proved asks for. Both take the API's address
    and a time-out in seconds, and raise BadSignature, and ConnectionError for what cannot be done now.
    """

    path: str
    longest_body: int
    proof: str
    verify: Callable[[WebhookRequest, C], None]
    read: Callable[[WebhookRequest], Sequence[News]]
    answer: WebhookAnswer = STORED
    talk: CallTalk | None = None
    set_at: Mapping[str, str] = field(default_factory=dict)
    by_account: Callable[[WebhookRequest], Mapping[str, Sequence[News]]] | None = None
    challenge: Callable[[WebhookRequest, C], WebhookAnswer] | None = None
    learn: Callable[[WebhookRequest, str, float], Awaitable[None]] | None = None
    follow: Callable[[WebhookRequest, str, float], Awaitable[None]] | None = None


class Renewal(Struct, Generic[C], frozen=True, kw_only=True):
    """How credentials that end are renewed: once they are older than `after`, as they end `ends_after` it.

    `renew` gives the fields that change, and None for credentials that do not end. It raises SenderRefused
    and ProviderUnavailable.
    """

    renew: Callable[[C, Channel, str, float], Awaitable[Mapping[str, str] | None]]
    after: timedelta
    ends_after: timedelta


class ListClearing(Struct, Generic[C], frozen=True, kw_only=True):
    """How a person who returned is taken off the list of the provider that teaches opt-outs of this `source`.

    `held` says what will become of the list while such an opt-out holds, `asked` once the provider is being
    asked: sentences for who looks at the opt-out here.
    """

    source: OptOutSource
    open: Callable[[C, str, float], OwnLists]
    held: str
    asked: str


class ProviderRecord(Struct, Generic[C], frozen=True, kw_only=True):
    """All that Rollcall knows of a provider.

    `base_url` is where its API is, unless the setting ROLLCALL_<NAME>_BASE_URL says otherwise. `credentials`
    is what its senders sign in with; `credentials_input` gives the checks of what a person enters. Each
    `open_…` takes credentials, the API's address and a time-out in seconds, and is cheap: connections are
    shared. What sends, and what lists what was sent, gets the sender's channel after the credentials. A
    provider without `open_history` keeps no such list, one without `open_contents` no message formats, and
    the credentials of one without `renewal` do not end.
    `own_address` gives the one form of a sender's address that only this provider knows, such as the id of a
    pool of numbers, and None for any other text; `own_forms` is a sentence on how its senders are written.
    `own_lists` say, by how an opt-out was learned, which list of its own holds the address too, and how to
    take it off there: sentences for who ends the opt-out here. `clearing` is for the one that it lets us
    change. `answered_words` are by channel those that the provider answers by itself, unless that was turned
    off (a sender's `keywords_at_provider`): texts that are the word and nothing else, in small letters.
    `code_words` says in a sentence what one of its codes
    means, and None for what is none.
    """

    name: str
    channels: tuple[ChannelRecord, ...]
    base_url: str
    credentials: type[C]
    credentials_input: "Callable[[], type[CredentialsInput]]"
    open_account: Callable[[C, str, float], ProviderAccount]
    open_sender: Callable[[C, Channel, str, float], MessageSender]
    open_history: Callable[[C, Channel, str, float], ProviderHistory] | None = None
    open_contents: Callable[[C, str, float], ProviderContents] | None = None
    renewal: Renewal[C] | None = None
    webhooks: tuple[WebhookRoute[C], ...] = ()
    own_address: Callable[[str], str | None] | None = None
    own_forms: str = ""
    own_lists: Mapping[OptOutSource, str] = field(default_factory=dict)
    clearing: ListClearing[C] | None = None
    answered_words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    code_words: Callable[[str], str | None] | None = None
