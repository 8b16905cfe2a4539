"""Find what a change of a company's sequences would do, for whoever asked and waits for it."""

from shared import log
from shared.domain.errors import RollcallError
from shared.domain.job import ForeseeChange
from shared.domain.record import replace
from shared.domain.sequences.plan_effect import EffectState, change_asked
from shared.runtime import Runtime
from shared.usecases.sequences.find_effect import find_effect


async def foresee_change(runtime: Runtime, job: ForeseeChange) -> None:
    """Keep the effect with the question. Once more changes nothing, nor does it when the question is gone."""
    effects = runtime.stores.plan_effects
    with log.context(company_id=job.company_id, effect_id=job.effect_id):
        effect = await effects.find(job.company_id, job.effect_id)
        if effect is None or effect.state is not EffectState.RUNNING:
            return
        try:
            found = await find_effect(runtime, job.company_id, change_asked(effect))
            done = replace(effect, state=EffectState.DONE, found=found)
        except RollcallError as error:
            done = replace(effect, state=EffectState.FAILED, note=str(error))
        await effects.save(job.company_id, effect.id, done)
        log.event("change foreseen", state=done.state)
