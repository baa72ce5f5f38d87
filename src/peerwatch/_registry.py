"""What Inspect finds under the name `peerwatch`: tasks, solvers, scorer and the scripted models."""

from inspect_ai.model import ModelAPI, modelapi

from peerwatch.agents.tools import open_workplace, work_through
from peerwatch.tasks import evaluation, from_state, from_state_by_full_name

__all__ = [
    "evaluation",
    "from_state",
    "from_state_by_full_name",
    "open_workplace",
    "peerwatch",
    "work_through",
]


@modelapi(name="peerwatch")
def peerwatch() -> type[ModelAPI]:
    """The scripted reference agents."""
    from peerwatch.agents.reference.provider import ReferenceModel

    return ReferenceModel
