"""The fit on data whose answer is known."""

import numpy as np

from .fit import STRENGTHS, choose_strength, fit_linear, fold_of_each

RNG = np.random.default_rng(4)
CENTRES = RNG.normal(0, 1, (4, 30))
LABELS = np.repeat(np.arange(4), 50)
ROWS = (CENTRES[LABELS] + RNG.normal(0, 0.3, (200, 30))).astype(np.float32)


def test_separable_classes_are_separated():
    fitted = fit_linear(ROWS, LABELS, np.zeros((4, 30)), 1e-3)
    assert (fitted.answers(ROWS) == LABELS).all()


def test_a_strong_hold_keeps_the_prior():
    prior = RNG.normal(0, 1, (4, 30))
    held = fit_linear(ROWS, LABELS, prior, 1e6)
    free = fit_linear(ROWS, LABELS, prior, 1e-4)
    assert np.abs(held.weight - prior).max() < 1e-3
    assert np.abs(free.weight - prior).max() > 0.1


def test_a_prior_that_is_right_allows_the_strongest_hold():
    assert choose_strength(ROWS, LABELS, CENTRES * 10) == max(STRENGTHS)


def test_a_prior_that_is_wrong_is_left():
    wrong = np.roll(CENTRES, 1, axis=0) * 30
    assert choose_strength(ROWS, LABELS, wrong) < max(STRENGTHS)


def test_folds_split_every_class_evenly():
    fold = fold_of_each(np.array([0, 1, 0, 1, 0, 1, 2]))
    assert fold.tolist() == [0, 0, 1, 1, 2, 2, 0]
