"""How good answers are: accuracy with its interval, confusion, as numbers and as text."""

import math
from dataclasses import dataclass

import numpy as np

from ..format.classes import CLASSES

Z_95 = 1.959964  # 97.5 % quantile of the normal distribution


@dataclass(frozen=True)
class Score:
    """Right answers out of `count`, and confusion [true class, answer] in pictures."""

    right: int
    count: int
    confusion: np.ndarray

    @property
    def accuracy(self) -> float:
        return self.right / self.count

    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the accuracy (Wilson 1927); sensible near 0 and 1 too."""
        share, n = self.accuracy, self.count
        middle = (share + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
        half = math.sqrt(share * (1 - share) / n + Z_95**2 / (4 * n * n)) * Z_95 / (1 + Z_95**2 / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def sentence(self) -> str:
        low, high = self.interval()
        share = f"{self.accuracy:.3f} ({self.right} of {self.count}"
        return f"{share}; 95 % interval {low:.3f} to {high:.3f})"


def score(answers: np.ndarray, labels: np.ndarray) -> Score:
    """Compare answers with labels, both class indices [N]."""
    confusion = np.zeros((len(CLASSES), len(CLASSES)), int)
    np.add.at(confusion, (labels, answers), 1)
    return Score(int((answers == labels).sum()), len(labels), confusion)


def confusion_table(confusion: np.ndarray) -> str:
    """Rows: true class; columns: answers by class number. Markdown that reads as text too."""
    width = max(len(name) for name in CLASSES) + 3
    head = "| " + "true \\ answer".ljust(width) + " | "
    head += " | ".join(f"{index:>3}" for index in range(len(CLASSES))) + " | right |"
    rule = "|" + "-" * (width + 2) + "|" + "----:|" * len(CLASSES) + "------:|"
    lines = [head, rule]
    for index, row in enumerate(confusion):
        share = f"{row[index] / row.sum():.2f}" if row.sum() else "-"
        cells = " | ".join(f"{count or '·':>3}" for count in row)
        lines.append(f"| {f'{index} {CLASSES[index]}'.ljust(width)} | {cells} | {share:>5} |")
    return "\n".join(lines)
