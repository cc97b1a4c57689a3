"""ImageNet's own food classes, and what they say about Food-11 before any picture was seen.

ImageNet's classifier is linear in the same embedding, so its rows are where the fit starts: a head
is kept near them unless the training pictures speak against it. Egg, fried food and rice have no
class in ImageNet; their rows start at zero.
"""

import numpy as np

from ..format.classes import CLASSES
from ..format.head import EMBEDDING_SIZE
from ..format.weights import Weights

# Class numbers and names: ILSVRC 2012, as in Keras' imagenet_class_index.json. What belongs where:
# Food-11's own description (pizza and burgers count as bread). Left out because they fit no
# class or two of them: plates and bowls, potpie, burrito, red wine, espresso, acorn, hip, hay.
FOOD_OF_IMAGENET: dict[str, dict[int, str]] = {
    "Bread": {
        930: "French loaf",
        931: "bagel",
        932: "pretzel",
        933: "cheeseburger",
        934: "hotdog",
        961: "dough",
        963: "pizza",
    },
    "Dairy product": {969: "eggnog"},
    "Dessert": {927: "trifle", 928: "ice cream", 929: "ice lolly", 960: "chocolate sauce"},
    "Meat": {962: "meat loaf"},
    "Noodles/Pasta": {959: "carbonara"},
    "Seafood": {
        0: "tench",
        118: "Dungeness crab",
        119: "rock crab",
        120: "fiddler crab",
        121: "king crab",
        122: "American lobster",
        123: "spiny lobster",
        124: "crayfish",
        389: "barracouta",
        390: "eel",
        391: "coho",
        394: "sturgeon",
    },
    "Soup": {925: "consomme", 926: "hot pot"},
    "Vegetable/Fruit": {
        924: "guacamole",
        935: "mashed potato",
        936: "head cabbage",
        937: "broccoli",
        938: "cauliflower",
        939: "zucchini",
        940: "spaghetti squash",
        941: "acorn squash",
        942: "butternut squash",
        943: "cucumber",
        944: "artichoke",
        945: "bell pepper",
        946: "cardoon",
        947: "mushroom",
        948: "Granny Smith",
        949: "strawberry",
        950: "orange",
        951: "lemon",
        952: "fig",
        953: "pineapple",
        954: "banana",
        955: "jackfruit",
        956: "custard apple",
        957: "pomegranate",
        987: "corn",
    },
}


def imagenet_prior(weights: Weights) -> np.ndarray:
    """Rows to start a head from: [classes, 1280].

    A class's row points where the mean of its ImageNet classes' rows does, less the mean row of all
    food classes (softmax ignores what is common to all). All rows are equally long, as long as
    those differences are on average: the mean of 25 vegetables would else be dwarfed by the one
    row of meat.
    """
    rows = weights["_fc.weight"].astype(np.float64)
    common = rows[[number for food in FOOD_OF_IMAGENET.values() for number in food]].mean(axis=0)
    apart = {
        CLASSES.index(name): rows[list(food)].mean(axis=0) - common
        for name, food in FOOD_OF_IMAGENET.items()
    }
    length = np.mean([np.linalg.norm(row) for row in apart.values()])
    prior = np.zeros((len(CLASSES), EMBEDDING_SIZE))
    for label, row in apart.items():
        prior[label] = row * (length / np.linalg.norm(row))
    return prior


def imagenet_answers(weights: Weights, embeddings: np.ndarray) -> np.ndarray:
    """What ImageNet's classifier alone would answer: the class with the likeliest food classes.

    [N, 1280] -> class indices [N].
    """
    logits = embeddings @ weights["_fc.weight"].T + weights["_fc.bias"]
    likelihood = np.exp(logits - logits.max(axis=1, keepdims=True))
    sums = np.zeros((len(embeddings), len(CLASSES)))
    for name, food in FOOD_OF_IMAGENET.items():
        sums[:, CLASSES.index(name)] = likelihood[:, list(food)].sum(axis=1)
    return sums.argmax(axis=1)
