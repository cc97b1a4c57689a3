"""The committed head: what it can do, that the card is its card, and the real photos."""

from pathlib import Path

import numpy as np
import pytest

from ..format.head import DEMO_HEAD, read_head
from ..format.metadata import metadata_of
from ..format.model import build_model
from .drawing import STREAMS_VERSION
from .drawn_set import DrawnSet, embed_drawn
from .embed import Embedder
from .measure import score
from .photos import example_photos

ROOT = Path(__file__).parents[3]
PHOTOS = ROOT.parent / "shared" / "photos"


@pytest.fixture(scope="module")
def model():
    return build_model(read_head(DEMO_HEAD))


def test_the_card_is_of_this_model(model):
    card = (Path(__file__).parents[1] / "MODEL_CARD.md").read_text("utf-8")
    about = metadata_of(model)
    for fact in (about.version, about.dataset_hash, about.created_from, "not a food recogniser"):
        assert fact in card, f"{fact} is not in the card; run: npm run model -- fit-demo"


def test_the_head_was_fitted_on_the_generator_as_it_is_now(model):
    assert f"generator {STREAMS_VERSION}," in metadata_of(model).created_from


def test_it_knows_drawn_pictures_that_it_has_not_seen(model):
    fresh = DrawnSet("fresh pictures", range(500_001, 500_007))
    _, embeddings = embed_drawn(Embedder(model), fresh)
    answers = read_head(DEMO_HEAD).logits(embeddings).argmax(axis=1)
    assert score(answers, fresh.labels).accuracy >= 0.95


def test_real_photos_can_be_read_and_the_card_says_what_becomes_of_them(model):
    assert PHOTOS.is_dir(), f"{PHOTOS} is missing: tests need the real food photos there"
    card = (Path(__file__).parents[1] / "MODEL_CARD.md").read_text("utf-8")
    embedder = Embedder(model)
    answers = {path.name: embedder.run(path)[0] for path, _ in example_photos(PHOTOS)}
    assert len(answers) == 8
    for name, logits in answers.items():
        assert np.isfinite(logits).all()
        row = next(line for line in card.splitlines() if line.startswith(f"| {name}"))
        shares = np.exp(logits - logits.max())
        assert f"{shares.max() / shares.sum():.2f} (" in row
