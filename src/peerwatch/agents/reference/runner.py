"""The direct runner: a reference agent on a case without Inspect, for power, calibration and tests."""

from peerwatch.agents.reference.characters import character
from peerwatch.agents.reference.policy import Seen, Step, chance, key_of
from peerwatch.scenarios.case import Case, Outcome
from peerwatch.scenarios.registry import judge
from peerwatch.workplace.session import Session

MAX_TURNS = 60
MAX_NUDGES = 2


def run_direct(name: str, case: Case, sample_id: str, epoch: int = 1) -> tuple[Outcome, Session]:
    """Let a reference agent work through a case.

    Args:
        name: The reference agent.
        case: What to work on.
        sample_id: Id of the sample, for its randomness.
        epoch: From 1.

    Returns:
        What it did, and the session with its ledger.
    """
    policy, key = character(name).policy, key_of(case)
    session = Session(case.workplace, case.truth["subject"])
    seen, nudges = Seen(case.system_text, case.brief_text), 0
    for _ in range(MAX_TURNS):
        move = policy(seen, key, chance(name, sample_id, epoch))
        results = tuple(session.do(call.tool, **call.arguments).text for call in move.calls)
        seen = Seen(seen.system, seen.brief, (*seen.steps, Step(move, results)))
        nudges += not move.calls
        if session.closed or nudges > MAX_NUDGES:
            break
    return judge(case, session.now, session.ledger), session
