"""Food-like pictures of the 11 classes, drawn from a seed: for the demo head, tests and load.

from model.train.drawing import draw
image = draw(class_index("Egg"), seed=1, drift=0.4)     # a PIL image, shorter side 256
"""

from .picture import STREAMS_VERSION, draw, jpeg

__all__ = ["STREAMS_VERSION", "draw", "jpeg"]
