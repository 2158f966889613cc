"""What the part "law" of the study found: how the steps grow as λ falls, and what the local model and the curved valley make of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cdmtheory.groktimizer.table import Row, exponent, medians, names, of
from cdmtheory.groktimizer.words import interval, section

__all__ = ["FORETOLD", "quadratic_speedup"]

FORETOLD = ("predicted", "valley")  # parts whose rows are no runs


def quadratic_speedup(rows: Sequence[Row]) -> str:
    """The exponents of the steps in λ, beside those of the local model, and what that and the motion along the valley make of the steps."""
    lines, good = [], 0
    nearer: list[bool] = []
    runs = of(rows, part="law")
    for task in names(runs, "task"):
        decays = sorted(names(of(runs, task=task), "decay"))
        for method, expected, within in (("CDM", -0.5, 0.05), ("GD", -1.0, 0.1)):
            taken, foretold, moved = (of(rows, part=part, task=task, method=method) for part in ("law", *FORETOLD))
            found = exponent(taken)
            right = found is not None and abs(found[0] - expected) <= within
            good += right
            over, along = _over(taken, foretold), _over(taken, moved)
            if over and along and abs(over[0] - 1) > 0.05:
                nearer.append(abs(math.log(along[0])) < abs(math.log(over[0])))
            lines.append((task, method, str(len(names(taken, "seed"))), _slope(found), f"{expected:g} ± {within:g}", "yes" if right else "no",
                          _slope(exponent(taken, decade=True)), _slope(exponent(foretold)) if foretold else "–",
                          *("–" if ratio is None else interval(ratio) for ratio in (over, along)), f"{decays[0]:g} … {decays[-1]:g}"))
    return section("Quadratic speedup in λ", good, len(lines),
                   "Steps of phase 2 until 1 % of the objective's gap is left, from rest at one and the same interpolating point, step size 1/(hmax + λ), "
                   f"against λ. Supported where the exponent fitted to all λ is in the range: {good} of {len(lines)}. The law is one for λ → 0, so the "
                   "exponent on the last decade of λ stands beside it, without a say in the verdict; nor has what the local quadratic model (A2) predicts, "
                   "exactly, from the Hessian at that point and λ: the exponent over all λ, and at the smallest λ the median ratio of the steps taken to "
                   "those predicted. What that ratio leaves over, no quadratic model of the point explains. Beside it is the ratio to the steps of the motion "
                   "along the curved valley of interpolating points, in the limit λ → 0 (E2), followed numerically: where the local model is more than a "
                   f"twentieth off, this one is nearer to 1 in {sum(nearer)} of {len(nearer)}.",
                   ("task", "method", "seeds", "exponent", "expected", "within", "on the last decade", "local model", "taken over predicted",
                    "taken over those along the valley", "λ"), lines)


def _slope(found: tuple[float, float, float] | None) -> str:
    return "{:.3f} [{:.3f}, {:.3f}]".format(*found) if found else "not all settled"


def _over(taken: list[Row], predicted: list[Row]) -> tuple[float, float, float] | None:
    """Steps taken over steps predicted, at the smallest λ for which both are known."""
    foretold = {(row["seed"], row["decay"]): row["settled"] for row in predicted if row["settled"]}
    both = [row for row in taken if row["settled"] and (row["seed"], row["decay"]) in foretold]
    least = min((row["decay"] for row in both), default=None)
    ratios = [row["settled"] / foretold[row["seed"], row["decay"]] for row in both if row["decay"] == least]
    return medians(ratios) if ratios else None
