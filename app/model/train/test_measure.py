"""Numbers of a report, against known values."""

import numpy as np
import pytest

from .measure import confusion_table, score


def test_wilson_interval_of_a_textbook_case():
    # 8 of 10: statsmodels' proportion_confint(8, 10, method="wilson") gives (0.4902, 0.9433).
    result = score(np.array([1] * 8 + [2] * 2), np.ones(10, int))
    assert result.interval() == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_all_right_still_leaves_doubt():
    result = score(np.zeros(20, int), np.zeros(20, int))
    assert result.accuracy == 1
    assert result.interval()[0] < 0.85
    assert result.interval()[1] == pytest.approx(1)


def test_confusion_has_truth_in_rows():
    result = score(np.array([3, 3, 4]), np.array([3, 4, 4]))
    assert result.confusion[4, 3] == 1
    assert result.confusion[3, 4] == 0
    egg = confusion_table(result.confusion).splitlines()[2 + 3]
    assert egg.startswith("| 3 Egg")
    assert egg.endswith("|  1.00 |")
