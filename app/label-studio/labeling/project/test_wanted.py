"""The project's fields, and what differs from them."""

from xml.etree import ElementTree

import pytest

from labeling.project.wanted import SHORTCUTS, changes, label_config, project, storage

CLASSES = ["Bread", "Noodles/Pasta", 'Fish & "chips"']


def test_a_choice_a_class_in_order_each_with_a_key():
    choices = list(ElementTree.fromstring(label_config(CLASSES)).iter("Choice"))
    assert [choice.get("value") for choice in choices] == CLASSES
    assert [choice.get("hotkey") for choice in choices] == ["1", "2", "3"]


def test_the_choices_belong_to_the_photo():
    config = ElementTree.fromstring(label_config(CLASSES))
    image, choices = config.find(".//Image"), config.find(".//Choices")
    assert image.get("value") == "$image"
    assert (choices.get("toName"), choices.get("choice")) == (image.get("name"), "single-radio")


def test_more_classes_than_keys():
    with pytest.raises(ValueError, match="12 classes, but keyboard shortcuts for 11"):
        label_config([f"class {at}" for at in range(len(SHORTCUTS) + 1)])


def test_no_answer_of_a_model_is_shown():
    wanted = project(CLASSES)
    assert wanted["show_collab_predictions"] is False
    assert wanted["evaluate_predictions_automatically"] is False


def test_photos_stream_and_the_address_is_the_environments():
    wanted = storage(7, "labeling")
    assert (wanted["project"], wanted["bucket"]) == (7, "labeling")
    assert wanted["presign"] is False
    assert wanted["s3_endpoint"] == ""
    assert not any(name.startswith("aws_") for name in wanted)


def test_changes_are_the_wanted_fields_that_differ():
    there = {"id": 3, "title": "Evaluation", "presign": True, "prefix": None, "extra": 1}
    assert changes(there, {"title": "Evaluation", "presign": False, "prefix": ""}) == {
        "presign": False
    }
    assert changes({}, {"title": "Evaluation"}) == {"title": "Evaluation"}
