"""The experiment as data: factors and their levels, arms, and studies.

A factor is one thing that is varied, an arm assigns every factor in one scenario, a study is a tuple of arms
with a number of variants. All of it is frozen and enumerable, and a combination that has no meaning cannot be
built.
"""

from peerwatch.design.arms import Arm, ArmError, core_arm
from peerwatch.design.core import CORE_ARMS, CoreArm, core_labels
from peerwatch.design.factors import BARS, EXTENDED_TARGETS, FACTORS, REFERENCE, SCENARIOS, Scenario
from peerwatch.design.studies import STUDIES, Study, StudyError, study

__all__ = [
    "BARS",
    "CORE_ARMS",
    "EXTENDED_TARGETS",
    "FACTORS",
    "REFERENCE",
    "SCENARIOS",
    "STUDIES",
    "Arm",
    "ArmError",
    "CoreArm",
    "Scenario",
    "Study",
    "StudyError",
    "core_arm",
    "core_labels",
    "study",
]
