"""Frozen contents, each under its campaign and content hash."""

from google.cloud.firestore import AsyncClient

from shared.domain.campaigns.content import CampaignContent
from shared.domain.errors import NotFound
from shared.domain.ids import computed_id
from shared.firestore.kit.collection import Collection


class CampaignContents(Collection[CampaignContent]):
    """What campaigns render from. A content never changes: another content has another hash."""

    def __init__(self, db: AsyncClient) -> None:
        super().__init__(db, "campaign_contents", CampaignContent, "frozen content")

    async def frozen(self, company_id: str, campaign_id: str, content_hash: str) -> CampaignContent:
        """The content that was frozen under this hash. Raises NotFound."""
        item_id = computed_id(campaign_id, content_hash)
        content = await self.find(company_id, item_id)
        if content is None:
            raise NotFound(self.kind, item_id)
        return content

    async def keep(self, company_id: str, campaign_id: str, content: CampaignContent) -> None:
        """Keep a frozen content of the campaign."""
        await self.save(company_id, computed_id(campaign_id, content.content_hash), content)
