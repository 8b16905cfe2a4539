"""What campaigns must do, in a form small enough to be believed: the real ones are held against it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct, field

from shared.domain.campaigns.campaign import CampaignState, UnknownPolicy
from shared.domain.campaigns.schedule import ScheduleKind
from shared.usecases.campaigns.mark_ready import LATE

_S = CampaignState
# What becomes of a campaign by itself, when its last fire ends or an unknown message is resolved.
BY_ITSELF = {
    (_S.FIRING, _S.SENT),
    (_S.FIRING, _S.SCHEDULED),
    (_S.FIRING, _S.NEEDS_ATTENTION),
    (_S.NEEDS_ATTENTION, _S.SENT),
    (_S.NEEDS_ATTENTION, _S.SCHEDULED),
}
PAUSABLE = (_S.READY, _S.SCHEDULED, _S.FIRING, _S.NEEDS_ATTENTION, _S.PAUSED)
CANCELABLE = (*PAUSABLE, _S.DRAFT, _S.CANCELED)
BODIES = {  # Liquid text, and the same for Python's format
    "named": ("Hello {{ name }}, you see {{ doctor }}.", "Hello {name}, you see Dr Vega."),
    "plain": ("You see {{ doctor }}.", "You see Dr Vega."),
}
GOOD_DIGITS = ("2000", "2001", "2002")
OTHER_DIGITS = "2003"  # in no file: only who corrects a row writes them


class Line(Struct, frozen=True):
    """A row of a file: `digits` end the number, are "" for none, or make it a wrong one."""

    name: str
    digits: str
    is_rejected: bool = False

    @property
    def cells(self) -> dict[str, str]:
        """As it stands in the file. A date that is none has the row rejected when it is loaded."""
        phone = f"+1 212 555 {self.digits}" if self.digits else ""
        return {"Patient": self.name, "Phone": phone} | ({"When": "soon"} if self.is_rejected else {})

    def text(self, template_id: str) -> tuple[str, str] | None:
        """The address and body of its message; None for a row that fails."""
        if self.digits not in (*GOOD_DIGITS, OTHER_DIGITS) or (template_id == "named" and not self.name):
            return None
        return f"+1212555{self.digits}", BODIES[template_id][1].format(name=self.name)


class FileBook(Struct, kw_only=True):
    """A file: `loaded` counts up, so that the newest is the one loaded last; None while it is not.

    `loaded_at` is when.
    """

    lines: tuple[Line, ...]
    accepts_repeat: bool
    loaded: int | None = None
    loaded_at: datetime | None = None
    is_refused: bool = False

    @property
    def rows(self) -> list[Line]:
        """The rows that can be fired for."""
        return [line for line in self.lines if not line.is_rejected]


class FireBook(Struct, kw_only=True):
    """A fire, and all it may and must bring about: each of `texts` once, and `failing` rows as failures.

    `mended` are the texts that came of correcting a message instead of a row.
    """

    campaign_id: str
    content_hash: str
    file_ids: tuple[str, ...]
    template_id: str
    texts: set[tuple[str, str]] = field(default_factory=set)
    mended: set[tuple[str, str]] = field(default_factory=set)
    failing: int = 0
    planned: int = 0


class CampaignBook(Struct, kw_only=True):
    """A campaign. `frozen` is the template it was marked ready with."""

    template_id: str
    policy: UnknownPolicy
    kind: ScheduleKind
    at: datetime | None
    created_at: datetime
    state: CampaignState = _S.DRAFT
    paused_from: CampaignState | None = None
    frozen: str = ""

    @property
    def is_silent(self) -> bool:
        """Whether nothing of it may go out."""
        return self.state in (_S.PAUSED, _S.CANCELED)

    def after(self, command: str, now: datetime) -> CampaignState | None:
        """The state after the command; None when it must be refused."""
        if command == "ready":
            return self._ready(now)
        if command == "resume":
            return (self.paused_from or _S.READY) if self.state is _S.PAUSED else None
        allowed, following = {
            "edit": ((_S.DRAFT,), _S.DRAFT),
            "reopen": ((_S.DRAFT, _S.READY, _S.SCHEDULED), _S.DRAFT),
            "pause": (PAUSABLE, _S.PAUSED),
            "cancel": (CANCELABLE, _S.CANCELED),
        }[command]
        return following if self.state in allowed else None

    def _ready(self, now: datetime) -> CampaignState | None:
        if self.state is not _S.DRAFT:
            return None
        if self.kind is ScheduleKind.ONCE and self.at is not None and self.at <= now - LATE:
            return None
        return _S.READY if self.kind is ScheduleKind.ON_DEMAND else _S.SCHEDULED

    def send_again(self) -> None:
        """One more message of its last, closed fire goes out."""
        over = (_S.SENT, _S.NEEDS_ATTENTION)
        if self.state in over:
            self.state = _S.FIRING
        elif self.state is _S.PAUSED and self.paused_from in over:
            self.paused_from = _S.FIRING

    def become(self, state: CampaignState) -> None:
        """Be in `state` from now on."""
        if state is _S.PAUSED and self.state is not _S.PAUSED:
            self.paused_from = self.state
        if state in (_S.READY, _S.SCHEDULED) and self.state is _S.DRAFT:
            self.frozen = self.template_id
        self.state = state


class Model(Struct, kw_only=True):
    """Everything a story has done so far, and who must not get anything now."""

    campaigns: dict[str, CampaignBook] = field(default_factory=dict)
    files: dict[str, FileBook] = field(default_factory=dict)
    fires: dict[str, FireBook] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    ever_refused: set[str] = field(default_factory=set)
    is_disturbed: bool = False  # a worker died or a provider failed: some outcomes may be unknown

    def newest_file(self) -> str | None:
        """The file that was loaded last."""
        loaded = {key: file.loaded for key, file in self.files.items() if file.loaded is not None}
        return max(loaded, key=lambda key: loaded[key]) if loaded else None

    def load(self, file_id: str, loaded_at: datetime | None) -> None:
        """The file's news has arrived; another time changes nothing."""
        file = self.files[file_id]
        if file.loaded is not None or file.is_refused:
            return
        same = [
            other for other in self.files.values() if other.lines == file.lines and other.loaded is not None
        ]
        if not file.lines or (same and not file.accepts_repeat):
            file.is_refused = True
        else:
            file.loaded = max((other.loaded or 0 for other in self.files.values()), default=0) + 1
            file.loaded_at = loaded_at

    def was_fired_for(self, campaign_id: str, file_ids: tuple[str, ...], content_hash: str | None) -> bool:
        """Whether the campaign has had a fire for these files with this content."""
        fires = [fire for fire in self.fires.values() if fire.campaign_id == campaign_id]
        return any((fire.file_ids, fire.content_hash) == (file_ids, content_hash) for fire in fires)

    def may_fire(self, campaign_id: str, content_hash: str | None, *, repeat: bool) -> bool:
        """Whether "fire now" must work."""
        state, file_ids = self.campaigns[campaign_id].state, self.files_on_demand(campaign_id)
        if state not in (_S.READY, _S.SCHEDULED, _S.SENT, _S.NEEDS_ATTENTION):
            return False
        return bool(file_ids) and (repeat or not self.was_fired_for(campaign_id, file_ids, content_hash))

    def files_on_demand(self, campaign_id: str) -> tuple[str, ...]:
        """The files "fire now" is for: what is due, else the newest."""
        newest = self.newest_file()
        return self.files_of_tick(campaign_id) or ((newest,) if newest else ())

    def files_of_tick(self, campaign_id: str, *, others_come: bool = False) -> tuple[str, ...]:
        """The files a tick fires the campaign for: a recurring one has each once, in order.

        `others_come`: a file of its time is still loading, so that it begins with no older one.
        """
        campaign, newest = self.campaigns[campaign_id], self.newest_file()
        if newest is None or campaign.kind is not ScheduleKind.RECURRING:
            return (newest,) if newest else ()
        fires = [fire for fire in self.fires.values() if fire.campaign_id == campaign_id]
        fired = {file_id for fire in fires for file_id in fire.file_ids}
        since = campaign.created_at - timedelta(days=1)
        due = [
            key
            for key, file in self.files.items()
            if key not in fired and file.loaded_at is not None and file.loaded_at >= since
        ]
        if not due and not fired and not others_come:
            return (newest,)
        return tuple(sorted(due, key=lambda key: self.files[key].loaded or 0))

    def fire_of(self, campaign_id: str, content_hash: str, file_ids: tuple[str, ...]) -> FireBook:
        """What a fire that starts now must bring about."""
        rows = [row for file_id in file_ids for row in self.files[file_id].rows]
        texts = [line.text(self.campaigns[campaign_id].frozen) for line in rows]
        return FireBook(
            campaign_id=campaign_id,
            content_hash=content_hash,
            file_ids=file_ids,
            template_id=self.campaigns[campaign_id].frozen,
            texts={text for text in texts if text is not None},
            failing=texts.count(None),
            planned=len(rows),
        )

    def silent_campaigns(self) -> set[str]:
        """The campaigns of which nothing may go out."""
        return {key for key, campaign in self.campaigns.items() if campaign.is_silent}


def pick(items: Sequence[str], number: int) -> str:
    """One of the items, whatever the number."""
    return items[number % len(items)]


def soon(now: datetime, days: int) -> datetime:
    """The wall time in `days` from now, as schedules have it."""
    return (now + timedelta(days=days)).replace(tzinfo=None)
