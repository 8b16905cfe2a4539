"""A company: the tenant everything belongs to, and the keys that act for it."""

from datetime import datetime

from msgspec import Struct, field

from shared.domain.companies.consent_rules import ConsentRules, Narrowing
from shared.domain.companies.contact_hours import USUAL_HOURS, ContactHours
from shared.domain.companies.kept_for import AS_LONG_AS_ALL, KeptFor
from shared.domain.companies.oidc import Oidc
from shared.domain.companies.trial import NO_CODES, Trial, TrialCodes
from shared.domain.companies.work_calendar import WorkCalendar


class Company(Struct, frozen=True, kw_only=True):
    """A tenant.

    `time_zone` (IANA) and `default_region` (ISO 3166) hold where a row says nothing better.
    `allows_possible_numbers`: it also sends to numbers of the right length with an area code not known here.
    `postal_address` is where it can be written to, in one or several lines; empty when it has not said.
    `has_topic_opt_outs` and `has_sender_opt_outs`: somebody has refused a single topic, or sender, so that
    these are looked for; true from the first one on. `calendar` says on which days it works.
    `has_confirmed_lists`: a list asks for double opt-in.
    `requires_second_factor`: who signs in with a password also needs an authenticator app.
    `oidc` is by whom else its people sign in.
    A campaign for more than `approval_above` recipients needs a second person; None: none does.
    `kept_for` says how long it keeps what it sent, was answered and uploaded, `contact_hours`
    what new campaigns' contact windows begin with.
    In `trial` it sends to verified addresses alone; `trial_codes` are under way to verify more.
    """

    id: str
    name: str
    time_zone: str
    default_region: str
    created_at: datetime
    sending_enabled: bool = True
    is_being_deleted: bool = False
    allows_possible_numbers: bool = False
    postal_address: str = ""
    consent: ConsentRules = field(default_factory=ConsentRules)
    has_topic_opt_outs: bool = False
    has_sender_opt_outs: bool = False
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    has_confirmed_lists: bool = False
    requires_second_factor: bool = False
    oidc: Oidc | None = None
    approval_above: int | None = None
    trial: Trial | None = None
    trial_codes: TrialCodes = NO_CODES
    kept_for: KeptFor = AS_LONG_AS_ALL
    contact_hours: ContactHours = USUAL_HOURS

    @property
    def is_in_trial(self) -> bool:
        """Whether it sends to verified addresses alone."""
        return self.trial is not None

    def narrowing(self, topic: str) -> Narrowing:
        """What else may forbid a message of a campaign with this topic."""
        return Narrowing(
            topic=topic if self.has_topic_opt_outs else "",
            by_sender=self.has_sender_opt_outs,
            only=self.trial.keys if self.trial else None,
        )
