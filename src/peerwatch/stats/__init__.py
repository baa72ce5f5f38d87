"""Intervals, contrasts, corrections and power: pure functions on counts and arrays."""

from peerwatch.stats._checks import Alternative
from peerwatch.stats.bunching import Bunching, bunching_at_bar
from peerwatch.stats.differences import boschloo, mcnemar_exact, miettinen_nurminen, newcombe, newcombe_paired
from peerwatch.stats.equivalence import tost_mean, tost_proportions_2indep
from peerwatch.stats.flips import Flips, count_flips
from peerwatch.stats.means import did, mean_t, paired_shift, sign_flip_p
from peerwatch.stats.missing import WorstCase, worst_case_difference, worst_case_proportion
from peerwatch.stats.multiplicity import Adjusted, benjamini_hochberg, e_bh, holm
from peerwatch.stats.power import (
    detectable_difference,
    detectable_shift,
    fisher_power,
    n_for_bound,
    n_for_difference,
    n_for_equivalence,
    n_for_shift,
    paired_power,
    zero_event_bound,
)
from peerwatch.stats.proportions import exact_lower, exact_upper, korn_graubard, wilson
from peerwatch.stats.results import ClusteredInterval, Equivalence, Interval, MeanInterval, SignificanceTest

__all__ = [
    "Adjusted",
    "Alternative",
    "Bunching",
    "ClusteredInterval",
    "Equivalence",
    "Flips",
    "Interval",
    "MeanInterval",
    "SignificanceTest",
    "WorstCase",
    "benjamini_hochberg",
    "boschloo",
    "bunching_at_bar",
    "count_flips",
    "detectable_difference",
    "detectable_shift",
    "did",
    "e_bh",
    "exact_lower",
    "exact_upper",
    "fisher_power",
    "holm",
    "korn_graubard",
    "mcnemar_exact",
    "mean_t",
    "miettinen_nurminen",
    "n_for_bound",
    "n_for_difference",
    "n_for_equivalence",
    "n_for_shift",
    "newcombe",
    "newcombe_paired",
    "paired_power",
    "paired_shift",
    "sign_flip_p",
    "tost_mean",
    "tost_proportions_2indep",
    "wilson",
    "worst_case_difference",
    "worst_case_proportion",
    "zero_event_bound",
]
