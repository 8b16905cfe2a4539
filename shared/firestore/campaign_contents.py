"""Frozen contents, each under its campaign and content hash."""

from collections import OrderedDict

from google.cloud.firestore import AsyncClient

from shared.domain.campaigns.content import CampaignContent
from shared.domain.errors import NotFound
from shared.domain.ids import computed_id
from shared.firestore.kit.collection import Collection

KEPT = 32


class CampaignContents(Collection[CampaignContent]):
    """What campaigns render from. A content never changes: another content has another hash."""

    def __init__(self, db: AsyncClient) -> None:
        super().__init__(db, "campaign_contents", CampaignContent, "frozen content")
        self._kept: OrderedDict[tuple[str, str], CampaignContent] = OrderedDict()

    async def frozen(self, company_id: str, campaign_id: str, content_hash: str) -> CampaignContent:
        """The content that was frozen under this hash; the last ones are kept in memory. Raises NotFound."""
        item_id = computed_id(campaign_id, content_hash)
        content = self._kept.pop((company_id, item_id), None) or await self.find(company_id, item_id)
        if content is None:
            raise NotFound(self.kind, item_id)
        self._kept[company_id, item_id] = content
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return content

    async def keep(self, company_id: str, campaign_id: str, content: CampaignContent) -> None:
        """Keep a frozen content of the campaign."""
        await self.save(company_id, computed_id(campaign_id, content.content_hash), content)
