"""The controller of the two phases: when it switches, what it repairs, what it says about a collapse; and the critical momentum."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from cdmtheory.groktimizer.control import CALM_STEPS, LOOK, MOST_REPAIRS, PLATEAU, Controller, Decision, damped, new_step_size


def feed(control, losses, *, accuracy=None, decay=0.0):
    decisions = []
    for loss in losses:
        decisions.append(control.decide(loss, accuracy, lambda: decay))
        control.steps += 1
    return decisions


def test_the_momentum_is_that_of_methods():
    assert damped(0.1, 0.4) == (1 - math.sqrt(0.1 * 0.4)) ** 2
    for step_size, curvature in ((1.0, 4.0), (0.0, 1.0), (math.nan, 1.0), (-1.0, -1.0)):
        with pytest.raises(ValueError, match=r"allowed is a number in \(0, 4\)"):
            damped(step_size, curvature)


def test_step_sizes():
    assert new_step_size(2.0, 0.0, None, nesterov=False) == 0.5
    assert new_step_size(1.5, 0.5, None, nesterov=False) == 0.75
    assert new_step_size(1.5, 0.5, None, nesterov=True) == 0.5
    assert new_step_size(2.0, 0.0, 0.01, nesterov=False) == 0.04
    assert new_step_size(0.0, 0.0, None, nesterov=False) == 1.0


def test_curvature_is_measured_anew_at_powers_of_two():
    for control, expected in ((Controller(), [256, 512]), (Controller(phase=2), [64, 128, 256, 512])):
        assert [k for k in range(1000) if setattr(control, "steps", k) or control.remeasure] == expected


def test_switch_once_the_decay_weighs_as_much_as_the_loss():
    control = Controller()
    decisions = feed(control, [10 * 0.5**k for k in range(8)], decay=1.0)
    assert decisions.index(Decision.SWITCH) == 4
    assert control.limit == pytest.approx(1.05 * (10 / 16 + 1))
    assert feed(Controller(), [1.0, 0.9, 0.6, 0.5], decay=3.0).index(Decision.SWITCH) == 3  # half the first loss
    weights = iter([1.0, 3.0, 3.0])  # asked for at every tenth look
    growing = Controller()
    for loss in [4.0, *[2.0] * (LOOK - 1)]:
        assert growing.decide(loss, None, lambda: next(weights)) is not Decision.SWITCH
    assert growing.decide(2.0, None, lambda: next(weights)) is Decision.SWITCH
    for other, losses in ((Controller(switch=99), [1.0, *[0.5] * 30]), (Controller(), [-1.0] * 10)):
        assert Decision.SWITCH not in feed(other, losses, decay=1.0)


def test_the_decay_begins_stronger_and_eases():
    control = Controller(switch=0, stronger=10.0)
    feed(control, [1.0], decay=1.0)
    factors = [control.strengthen(1e-4) for _ in range(1000)]
    assert factors[0] == 10.0
    assert all(a > b for a, b in pairwise(factors) if a > 1)
    assert factors.index(1.0) == pytest.approx(2 * 2 * (1 - 10**-0.5) * 100, rel=0.1)  # dτ = √(10 e^(−τ/2))·dk/100 until 10 e^(−τ/2) = 1
    assert Controller(stronger=10.0).strengthen(0.05) == 5.0  # no more than a quarter of the step size's reach
    assert Controller(stronger=10.0).strengthen(0.5) == 1.0
    feed(control := Controller(switch=0, stronger=10.0), [1.0, math.nan], decay=1.0)
    assert control.strengthen(1e-4) == 1.0  # after a repair
    for wrong in (0.5, math.nan, math.inf):
        with pytest.raises(ValueError, match="decay_from = "):
            Controller(stronger=wrong)


def test_switch_after_twenty_calm_steps():
    control = Controller()
    decisions = feed(control, [1.0] + [0.04] * 30)
    assert decisions.index(Decision.SWITCH) == CALM_STEPS
    assert control.switch_step == CALM_STEPS
    assert control.limit == pytest.approx(1.05 * 0.04)


def test_calm_steps_are_in_a_row():
    control = Controller()
    assert Decision.SWITCH not in feed(control, [1.0] + ([0.04] * 19 + [0.3]) * 1)
    assert control.calm == 0


def test_accuracy_counts_where_it_is_given():
    control = Controller()
    feed(control, [10.0, *(0.04 * 0.99**k for k in range(19))], accuracy=0.9)
    assert control.phase == 1
    feed(control, [0.03] * CALM_STEPS, accuracy=1.0)
    assert control.phase == 2


def test_switch_on_a_plateau_but_not_while_the_loss_falls():
    falling = Controller()
    assert Decision.SWITCH not in feed(falling, [0.98**k for k in range(140)])
    flat = Controller()
    decisions = feed(flat, [2.0] + [1.0] * 200)
    assert decisions.index(Decision.SWITCH) in (2 * PLATEAU, 2 * PLATEAU - 1)
    up = Controller()
    assert Decision.SWITCH not in feed(up, [1.0] + [1.0] * 200)  # never came down


def test_repair_in_phase_2_and_giving_up():
    control = Controller(switch=0)
    assert feed(control, [1.0], decay=1.0) == [Decision.SWITCH]
    assert feed(control, [2.05], decay=1.0) == [Decision.GO]
    assert feed(control, [2.2], decay=1.0) == [Decision.REPAIR]
    assert control.scale == 0.5
    assert feed(control, [math.nan, math.inf]) == [Decision.REPAIR] * 2
    assert control.scale == 0.125
    with pytest.raises(FloatingPointError, match=f"after {MOST_REPAIRS + 1} repairs"):
        feed(control, [math.nan] * MOST_REPAIRS)


def test_a_noisy_loss_is_given_more_room():
    exact = Controller(switch=0)
    feed(exact, [1.0, 2.2, 1.0, 2.2, math.nan], decay=1.0)
    assert (exact.repairs, exact.scale, exact.limit) == (3, 0.125, pytest.approx(2.1))
    noisy = Controller(switch=0)
    assert feed(noisy, [1.0, 2.2, 2.3, 4.1, 4.3], decay=1.0)[1:] == [Decision.REPAIR, Decision.GO, Decision.GO, Decision.REPAIR]
    assert (noisy.repairs, noisy.scale, noisy.limit) == (2, 0.25, pytest.approx(4.2))  # 2.3 at the weights that had 1.0


def test_the_decay_counts_at_every_tenth_look():
    control = Controller(switch=0)
    feed(control, [1.0], decay=1.0)
    decisions = feed(control, [1.0] * LOOK, decay=5.0)
    assert decisions == [Decision.GO] * (LOOK - 1) + [Decision.REPAIR]


def test_copies_are_kept_when_the_objective_has_fallen_by_a_tenth():
    control = Controller(switch=0)
    feed(control, [1.0], decay=1.0)
    assert feed(control, [0.5] * LOOK, decay=1.0)[-1] is Decision.KEEP
    assert feed(control, [0.45] * LOOK, decay=1.0)[-1] is Decision.GO


def test_phase_1_is_guarded_too():
    control = Controller()
    assert feed(control, [1.0, 5.0, 11.0]) == [Decision.KEEP, Decision.GO, Decision.REPAIR]
    assert feed(Controller(guard=False), [1.0, 5.0, 11.0, math.nan]) == [Decision.GO] * 4


def test_collapse():
    control = Controller(switch=0)
    feed(control, [0.1], decay=1.0)
    with pytest.warns(RuntimeWarning, match="Lower it|lower it"):
        feed(control, [0.4] * LOOK, decay=0.9e-4)
    assert control.collapsed
    feed(control, [0.4] * LOOK, decay=0.9e-4)  # said once


def test_nothing_to_go_back_to():
    with pytest.raises(FloatingPointError, match="at the first step"):
        Controller().decide(math.nan, None, lambda: 0.0)


def test_own_rule_and_wrong_rules():
    control = Controller(switch=lambda seen: seen.loss < 0.5)
    assert feed(control, [1.0, 0.6, 0.4]) == [Decision.KEEP, Decision.KEEP, Decision.SWITCH]
    for wrong in (-1, 2.5, True, "soon"):
        with pytest.raises(ValueError, match="whole number of steps"):
            Controller(switch=wrong)
    assert Controller(switch=np.int64(3)).switch == 3


def test_state_is_plain_and_complete():
    control = Controller(switch=3)
    feed(control, [1.0, 0.9, 0.8], decay=0.1)
    other = Controller(switch=3)
    other.load(control.state())
    assert other == control
    assert feed(other, [0.7] * 30, decay=0.1) == feed(control, [0.7] * 30, decay=0.1)
