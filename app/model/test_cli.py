"""The commands as a person types them."""

import hashlib
import json

import pytest

from .cli import main
from .format.classes import CLASSES


def test_build_then_inspect(tmp_path, capsys):
    out, facts = tmp_path / "model.onnx", tmp_path / "facts.json"
    assert main(["build", "--out", str(out), "--facts", str(facts)]) == 0
    known = json.loads(facts.read_text())
    assert known["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert main(["inspect", str(out)]) == 0
    said = capsys.readouterr().out
    assert f"version: {known['version']}" in said
    assert "title: Demonstration model" in said


def test_draw_one_and_many(tmp_path):
    one = tmp_path / "new" / "egg.jpg"
    assert main(["draw", "--class", "egg", "--seed", "9", "--drift", "0.5", "--out", str(one)]) == 0
    many = tmp_path / "many"
    arguments = ["draw", "--each", "2", "--seed", "9", "--drift", "0.5", "--out", str(many)]
    assert main(arguments) == 0
    assert sorted(path.name for path in many.iterdir()) == [
        f"class_{label:02d}" for label in range(len(CLASSES))
    ]
    assert (many / "class_03" / "9.jpg").read_bytes() == one.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["inspect", "nowhere.onnx"], "no model file"),
        (["draw", "--class", "Pizza", "--out", "x.jpg"], "unknown class 'Pizza'"),
        (["draw", "--out", "x.jpg"], "give --class NAME"),
        (["train", "--data", "nowhere", "--out", "x.onnx"], "is not a folder"),
        (["build", "--head", "nowhere", "--out", "x.onnx"], "no head file"),
    ],
)
def test_mistakes_end_with_one_message_and_code_1(
    arguments, message, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert message in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_the_drift_dial_is_checked_before_anything_is_done(capsys):
    with pytest.raises(SystemExit):
        main(["draw", "--class", "Egg", "--drift", "2", "--out", "x.jpg"])
    assert "allowed: 0 (daylight) to 1" in capsys.readouterr().err
