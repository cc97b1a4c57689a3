"""What the project and its storage are to be, as plain data, and what differs from that."""

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

TITLE = "Evaluation"

# Under one hand and in reading order; Label Studio itself uses none of them as they are.
SHORTCUTS = "1234567890q"

INSTRUCTION = (
    "Which of the eleven kinds of food is on the photo? If there are several, take the one that "
    "fills most of it. Skip what shows no food or can't be recognised. The model's own answer "
    "isn't shown, so that it can't sway yours."
)

# Photo and choices side by side, both in view without scrolling.
STYLE = """
    .food-page { display: flex; gap: 1.5rem; align-items: flex-start; }
    .food-photo { flex: 1 1 auto; min-width: 0; }
    .food-kinds { flex: 0 0 12rem; }
  """


def label_config(classes: list[str]) -> str:
    """The labelling page, in Label Studio's XML; the photo is field `image` of a task."""
    if len(classes) > len(SHORTCUTS):
        raise ValueError(f"{len(classes)} classes, but keyboard shortcuts for {len(SHORTCUTS)}")
    choices = "\n".join(
        f"        <Choice value={quoteattr(name)} hotkey={quoteattr(key)}/>"
        for name, key in zip(classes, SHORTCUTS, strict=False)
    )
    return f"""<View>
  <Style>{STYLE}</Style>
  <View className="food-page">
    <View className="food-photo">
      <Image name="photo" value="$image" maxHeight="75vh" zoomControl="true"/>
    </View>
    <View className="food-kinds">
      <Choices name="food" toName="photo" choice="single-radio" required="true"
               requiredMessage="Choose one kind of food, or skip the photo.">
{choices}
      </Choices>
    </View>
  </View>
</View>"""


def project(classes: list[str]) -> dict[str, Any]:
    """The project's fields."""
    return {
        "title": TITLE,
        "description": "A random sample of what people uploaded. Its labels measure the model, and "
        "never train it.",
        "label_config": label_config(classes),
        "expert_instruction": INSTRUCTION,
        "show_instruction": False,
        "show_skip_button": True,
        "enable_empty_annotation": False,
        # No answer of a model, whoever may put one into the project.
        "show_collab_predictions": False,
        "evaluate_predictions_automatically": False,
        "reveal_preannotations_interactively": False,
        "maximum_annotations": 1,
        "sampling": "Sequential sampling",
        # A photo that somebody skipped is done.
        "skip_queue": "IGNORE_SKIPPED",
    }


def storage(project_id: int, bucket: str) -> dict[str, Any]:
    """The fields of the storage that photos are read from."""
    return {
        "project": project_id,
        "title": "Photos to label",
        "bucket": bucket,
        "prefix": "",
        "regex_filter": r".*\.(jpe?g|png|webp)$",
        "recursive_scan": True,
        # Each object is a photo and makes one task.
        "use_blob_urls": True,
        # Photos stream through Label Studio: browsers need no way to the object store, and no link
        # expires.
        "presign": False,
        # The server takes address and keys from its environment: that address alone is trusted
        # though it is private, rotated keys come with its restart, and nobody can read them here.
        "s3_endpoint": "",
        "region_name": "us-east-1",
    }


# Fields of a storage that can be written and not read.
NO_KEYS = {"aws_access_key_id": "", "aws_secret_access_key": "", "aws_session_token": ""}


def changes(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The wanted fields that differ; no text and an empty one are the same."""
    return {
        name: value for name, value in wanted.items() if (there.get(name) or "") != (value or "")
    }
