"""What a file and its preview cost grows with their chunks, not with their rows."""

from shared.domain.files.row_chunk import ROWS_PER_CHUNK
from shared.domain.fires.fire_cost import Unit
from shared.domain.fires.preview import PreviewState
from shared.domain.job import PreviewCampaign
from shared.metering import metered
from shared.usecases.campaigns.preview_campaign import preview_campaign
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.files.ingest_file import ingest_file
from tests.kit.builders import a_campaign, an_audience
from tests.kit.clinic import Clinic, csv_of, people

# Its rows, their number, and what other fires sent: a query for each 30 identities.
READS_PER_CHUNK = 2 + -(-ROWS_PER_CHUNK // 30)


async def cost_of_loading(clinic: Clinic, count: int) -> tuple[str, int, int, int]:
    """The file's id, the reads and writes of loading it, and the bytes of its chunks."""
    file, job = await clinic.upload(csv_of(*people(count, digits=0)), accepts_repeat=True)
    with metered() as meter:
        await ingest_file(clinic.runtime, job)
    [spent] = meter.values()
    loaded = await clinic.stores.files.get(clinic.company_id, file.id)
    assert loaded.row_count == count
    chunks = clinic.stores.row_chunks.each(clinic.company_id, file.id, loaded.chunk_count)
    size = sum([len(chunk.rows) async for chunk in chunks])
    return file.id, spent[Unit.READS], spent[Unit.WRITES], size


async def test_loading_costs_a_write_for_each_chunk_and_few_more(clinic: Clinic) -> None:
    _, reads, writes, size = await cost_of_loading(clinic, 3_000)
    _, more_reads, more_writes, more_size = await cost_of_loading(clinic, 9_000)
    chunks = 6_000 // ROWS_PER_CHUNK
    assert more_writes - writes <= chunks + 2, "one for each chunk, and the progress"
    assert more_reads - reads <= 3
    assert more_size < 3.3 * size
    assert more_size < 9_000 * 60, "bytes a row"


async def test_a_preview_costs_a_document_for_each_chunk_and_at_most_one_for_each_percent(
    clinic: Clinic,
) -> None:
    clinic.runs_jobs = False
    reads, writes = [], []
    for count in (300, 3_000):
        file_id, *_ = await cost_of_loading(clinic, count)
        campaign = a_campaign(id=f"of-{count}", audience=an_audience(file_id))
        await clinic.save(campaign)
        preview = await start_preview(clinic.runtime, clinic.company_id, campaign.id)
        job = clinic.published[-1]
        assert isinstance(job, PreviewCampaign)
        with metered() as meter:
            await preview_campaign(clinic.runtime, job)
        preview = await clinic.stores.previews.get(clinic.company_id, preview.id)
        assert (preview.state, sum(preview.counts.values())) == (PreviewState.DONE, count)
        [spent] = meter.values()
        reads.append(spent[Unit.READS])
        writes.append(spent[Unit.WRITES])
    chunks = (3_000 - 300) // ROWS_PER_CHUNK
    assert writes[1] - writes[0] <= 2 * chunks
    assert reads[1] - reads[0] <= READS_PER_CHUNK * chunks
