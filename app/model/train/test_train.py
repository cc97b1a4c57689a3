"""`train` on drawn pictures, and what it says about folders that it can't use."""

import shutil

import pytest

from ..format.errors import ModelError
from ..format.head import DEMO_HEAD, read_head
from ..format.metadata import metadata_of
from ..format.model import build_model
from .drawing import draw, jpeg
from .embed import Embedder
from .folder import dataset_hash, read_folder
from .train import train

EACH = 8


@pytest.fixture(scope="module")
def start():
    return build_model(read_head(DEMO_HEAD))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    for label in range(11):
        (folder / f"class_{label:02d}").mkdir()
        for seed in range(EACH):
            picture = jpeg(draw(label, 400_000 + seed, drift=0.6))
            (folder / f"class_{label:02d}" / f"{seed}.jpg").write_bytes(picture)
    return folder


@pytest.fixture
def copy(drawn, tmp_path):
    return shutil.copytree(drawn, tmp_path / "data")


def test_a_folder_becomes_a_model_of_the_same_form(drawn, start):
    trained = train(drawn, start, title="Trained", notice="")
    about = metadata_of(trained.model)
    assert (about.title, about.notice) == ("Trained", "")
    assert about.parent == metadata_of(start).version
    assert about.version != about.parent
    assert trained.trained_on + trained.held_out.count == 11 * EACH
    assert trained.held_out.accuracy > 0.6  # chance: 0.09
    example = drawn / "class_03" / "1.jpg"
    logits, embedding = Embedder(trained.model).run(example)
    assert logits.shape == (11,)
    assert (embedding == Embedder(start).run(example)[1]).all()  # only the head is new


def test_names_of_folders_and_files_do_not_matter(drawn, copy):
    (copy / "class_03").rename(copy / "egg")
    (copy / "class_06").rename(copy / "Noodles-Pasta")
    for picture in sorted((copy / "class_00").iterdir()):
        picture.rename(picture.with_name(f"other-{picture.name}"))

    def facts(folder):
        examples = read_folder(folder)
        held_out = {example.sha256 for example in examples if example.held_out}
        return dataset_hash((each.label, each.sha256) for each in examples), held_out

    assert facts(drawn) == facts(copy)
    assert 0 < len(facts(drawn)[1]) < 11 * EACH


def test_every_problem_of_a_folder_is_named(copy):
    (copy / "Pizza").mkdir()
    (copy / "3").mkdir()
    shutil.rmtree(copy / "class_09")
    for picture in list((copy / "class_01").iterdir())[2:]:
        picture.unlink()
    with pytest.raises(ModelError) as caught:
        read_folder(copy)
    for part in ("'Pizza'", "are both Egg", "Soup: no folder", "Dairy product: 2 pictures"):
        assert part in str(caught.value)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(ModelError, match="is not a folder"):
        read_folder(tmp_path / "nowhere")


def test_unreadable_pictures_stop_it_unless_told_to_go_on(copy, start):
    (copy / "class_05" / "broken.jpg").write_bytes(b"not a picture")
    with pytest.raises(ModelError, match=r"1 pictures can't be read:\n.*broken.jpg"):
        train(copy, start, title="T")
    trained = train(copy, start, title="T", skip_unreadable=True)
    assert [problem for problem in trained.skipped if "broken.jpg" in problem] == trained.skipped
    assert len(trained.skipped) == 1


def test_data_set_hash_is_of_the_content():
    one, two = (0, "aa"), (1, "bb")
    assert dataset_hash([one, two]) == dataset_hash([two, one])
    assert dataset_hash([one]) != dataset_hash([(1, "aa")])
