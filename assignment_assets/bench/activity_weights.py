"""The weights of the evidence, fitted: maximum likelihood of a conditional logit over companies whose truth is known.

``python -m assignment_assets.bench.activity_weights`` prints both looks and what each threshold comes to, on companies
that no bench judges: seeds from 1,000 on, six ways of working, none of them the one that is measured.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl
from scipy.optimize import minimize

from assignment_assets.bench.activity_truth import figures
from assignment_assets.domain.overlays.activities.evidence import EVIDENCE, confidences, first_look, second_look
from assignment_assets.domain.overlays.activities.links import ActivityLinksInput, activity_links
from assignment_assets.domain.overlays.activities.rules import ActivityRules
from assignment_assets.domain.overlays.activities.weights import EvidenceWeights
from assignment_assets.io.warehouse.in_memory import MemoryLog
from assignment_assets.sample.activities import AS_OF, LoggedWork, generate_activities
from assignment_assets.sample.deals import Work

FIRST_SEED, COMPANIES = 1_000, 18
WORKS = (
    Work(0.25, 2.0, 0.08, 0.05, 0.5, duplicated_deals=0.1),
    Work(0.45, 3.2, 0.2, 0.2, 0.3, duplicated_deals=0.2),
    Work(0.4, 3.5, 0.1, 0.08, 0.35, without_contact=0.4, logged_twice=0.06),
    Work(0.3, 1.8, 0.25, 0.15, 0.45, without_contact=0.2, logged_twice=0.02),
    Work(0.35, 2.4, 0.12, 0.1, 0.15, without_contact=0.5),
    Work(0.3, 2.8, 0.15, 0.12, 0.4, without_contact=0.9),
)
THRESHOLDS = (0.75, 0.775, 0.8, 0.825, 0.85, 0.875, 0.9)
RIDGE = 1.0  # weights are drawn towards 0 as if each had been seen once more without effect
EARLIER_LOOKS = ("person_linked", "contact_linked")


def read(work: LoggedWork, rules: ActivityRules, as_of: date = AS_OF) -> ActivityLinksInput:
    """What the rules see of generated work: never its truth."""
    with MemoryLog.opened(work.handed_over) as ledger:
        return ActivityLinksInput.read(ledger, rules, as_of)


def fit(looks: Sequence[pl.DataFrame], leave_out: Sequence[str] = ()) -> EvidenceWeights:
    """The weights under which the truth is likeliest; candidates have `is_true`, companies come one a frame."""
    names = [name for name in EVIDENCE if name not in leave_out]
    evidence = np.concatenate([look.select(EVIDENCE[name].alias(name) for name in names).to_numpy() for look in looks])
    is_true = np.concatenate([look["is_true"].to_numpy() for look in looks])
    groups, count = [], 0
    for look in looks:
        numbers = look["activity_id"].rank("dense").to_numpy().astype(int) - 1 + count
        count = int(numbers.max()) + 1
        groups.append(numbers)
    group = np.concatenate(groups)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        score = evidence @ weights
        top = np.zeros(count)
        np.maximum.at(top, group, score)
        share = np.exp(score - top[group])
        total = np.bincount(group, share, count) + np.exp(-top)
        likelihood = score[is_true].sum() - (top + np.log(total)).sum()
        slope = evidence[is_true].sum(axis=0) - (share / total[group]) @ evidence
        return RIDGE * weights @ weights / 2 - likelihood, RIDGE * weights - slope

    found = minimize(loss, np.zeros(len(names)), jac=True, method="BFGS").x
    return EvidenceWeights(**{name: round(float(weight), 2) for name, weight in zip(names, found, strict=True)})


def fitted(works: Sequence[LoggedWork]) -> ActivityRules:
    """The rules with the weights of both looks, the second fitted to what the first one says."""
    rules = ActivityRules()
    looks = [_with_truth(read(work, rules), work) for work in works]
    first = fit(looks, EARLIER_LOOKS)
    second = fit([second_look(confidences(look, first)) for look in looks])
    return rules.model_copy(update={"first_look": first, "second_look": second})


def companies() -> list[LoggedWork]:
    """The companies that weights are fitted to."""
    return [generate_activities(5_000, FIRST_SEED + n, WORKS[n % len(WORKS)]) for n in range(COMPANIES)]


def _with_truth(given: ActivityLinksInput, work: LoggedWork) -> pl.DataFrame:
    truth = work.truth.select("activity_id", true_id="opportunity_id")
    is_true = pl.col("opportunity_id").eq_missing(pl.col("true_id"))
    return first_look(given.candidates).join(truth, on="activity_id").with_columns(is_true=is_true)


def main() -> None:
    """Prints the weights, and what each threshold comes to on the companies of the fit."""
    works = companies()
    rules = fitted(works)
    for name in ("first_look", "second_look"):
        print(name, {key: value for key, value in getattr(rules, name).model_dump().items() if value})
    for threshold in THRESHOLDS:
        tried = rules.model_copy(update={"least_confidence": threshold})
        judged = [figures(work, activity_links(read(work, tried), tried)) for work in works]
        shown = {name: [round(getattr(each, name), 3) for each in judged] for name in ("precision", "recall")}
        print(threshold, {name: (min(values), round(sum(values) / len(values), 3)) for name, values in shown.items()})


if __name__ == "__main__":
    main()
