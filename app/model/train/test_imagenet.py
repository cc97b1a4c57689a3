"""The table of ImageNet's food classes."""

import numpy as np

from ..format.classes import CLASSES
from ..format.weights import imagenet_weights
from .imagenet import FOOD_OF_IMAGENET, imagenet_answers, imagenet_prior


def test_no_class_is_mapped_twice():
    numbers = [number for food in FOOD_OF_IMAGENET.values() for number in food]
    assert len(numbers) == len(set(numbers))
    assert set(FOOD_OF_IMAGENET) <= set(CLASSES)


def test_classes_without_a_counterpart_start_at_zero():
    prior = imagenet_prior(imagenet_weights())
    bare = [CLASSES[row] for row in range(11) if not prior[row].any()]
    assert bare == ["Egg", "Fried food", "Rice"]


def test_an_embedding_like_broccoli_is_a_vegetable():
    weights = imagenet_weights()
    broccoli = weights["_fc.weight"][937][None]
    assert CLASSES[imagenet_answers(weights, broccoli)[0]] == "Vegetable/Fruit"
    assert CLASSES[int(np.argmax(imagenet_prior(weights) @ broccoli[0]))] == "Vegetable/Fruit"
