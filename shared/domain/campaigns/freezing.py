"""The content hash: what was previewed is what is sent."""

import hashlib

import msgspec

from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.campaigns.content import CampaignContent
from shared.domain.channels.channel import as_text
from shared.domain.record import replace
from shared.domain.templates.provider_content import Approval

_TIMELESS = {
    "state": CampaignState.READY,
    "content_hash": None,
    "next_fire_at": None,
    "last_fire_id": None,
    "fire_refusal": "",
    "questions": (),
    "approval": None,
}


def frozen(content: CampaignContent, file_hash: str | None) -> CampaignContent:
    """The content with its hash: over everything that decides what goes to whom, and when.

    `file_hash` is that of the audience's file when the campaign names one.
    """
    campaign = _without_life(content.campaign)
    senders = {
        key: replace(s, is_paused=False, paused_reason="", pause_count=0, created_at=None)
        for key, s in content.senders.items()
    }
    templates = {
        key: replace(t, name="", created_at=campaign.created_at, updated_at=campaign.created_at)
        for key, t in content.templates.items()
    }
    contents = {
        key: replace(one, name="", approval=Approval.APPROVED, reason="")
        for key, one in content.contents.items()
    }
    facts = replace(
        content,
        contents=contents,
        campaign=campaign,
        templates=templates,
        senders=senders,
        content_hash=file_hash or "",
        rows_hash="",
    )
    encoded = msgspec.json.encode(facts, order="deterministic", enc_hook=as_text)
    return replace(content, content_hash=hashlib.sha256(encoded).hexdigest()[:32])


def _without_life(campaign: Campaign) -> Campaign:
    return replace(campaign, **_TIMELESS, updated_at=campaign.created_at, paused_from=None)  # type: ignore[arg-type]
