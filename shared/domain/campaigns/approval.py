"""A second person's approval: a campaign for many goes out only when somebody else has looked at it too."""

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct

from shared.domain.errors import Conflict
from shared.domain.record import replace


class CampaignApproval(Struct, frozen=True, kw_only=True):
    """Who asked for a campaign to be sent, by making it ready, and who else approved just that content.

    `recipients` are how many it was for then; None where that is known only when it fires. `is_needed`: by
    what the company had set then. `asked_by` and `approved_by` are "user …" or "key …", with the id.
    """

    content_hash: str
    asked_by: str
    asked_at: datetime
    recipients: int | None = None
    is_needed: bool = False
    approved_by: str = ""
    approved_at: datetime | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether somebody must still approve it."""
        return self.is_needed and self.approved_at is None


def is_above(above: int | None, recipients: int | None) -> bool:
    """Whether a company that lets so many be sent to without a second person needs one for these.

    Where nobody can count them beforehand, it does.
    """
    return above is not None and (recipients is None or recipients > above)


def check_others(askers: Collection[str] | None, approvers: Collection[str]) -> None:
    """Raises Conflict unless who approves are other people than who asked; None: that was not kept.

    Both are the ids of the users behind who did it: a key stands for those who made it, so that whoever comes
    by the portal, by an issuer or with a key is one person. Of an empty one nobody knows whom it stands for,
    so nobody can say that it is another one.
    """
    if not approvers:
        raise Conflict(
            "Nobody knows who made this API key, so it cannot stand for a second person. Have an admin "
            "rotate it in the portal, or approve the campaign there."
        )
    if askers is None:
        return
    if not askers:
        raise Conflict(
            "Nobody knows who made the API key that made this campaign ready, so nobody can be told to be "
            "another person. Reopen it, and make it ready in the portal or with a key rotated there."
        )
    if not set(askers).isdisjoint(approvers):
        raise Conflict(
            "You asked for it yourself, in the portal or with an API key that you made: another approver or "
            "admin must approve it."
        )


def approved(
    approval: CampaignApproval | None, content_hash: str | None, by: str, now: datetime
) -> CampaignApproval:
    """The approval, given by another one (see check_others). Raises Conflict for what is not frozen."""
    if approval is None or content_hash is None or approval.content_hash != content_hash:
        raise Conflict("Nobody has asked for this campaign to be sent: it is not ready. Make it ready first.")
    if approval.approved_at is not None:
        return approval
    return replace(approval, approved_by=by, approved_at=now)


def refusal(
    approval: CampaignApproval | None, content_hash: str | None, above: int | None, recipients: int | None
) -> str | None:
    """Why a campaign may not fire for so many recipients now; None when it may."""
    if not is_above(above, recipients):
        return None
    if approval and approval.approved_at is not None and approval.content_hash == content_hash:
        return None
    count = f"for {recipients:,} recipients" if recipients is not None else "for people who are counted later"
    return (
        f"The campaign is {count}, and above {above:,} your company needs a second person's approval: an "
        "approver or admin other than who made it ready must approve it."
    )
