"""The commands: `npm run model -- COMMAND`.

Each imports what it needs: `build` and `inspect` run where only numpy and onnx are installed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .format.classes import CLASSES, class_index
from .format.errors import ModelError
from .format.head import DEMO_HEAD, Head, head_to_bytes, read_head
from .format.metadata import metadata_of
from .format.model import build_model, read_model, write_model

if TYPE_CHECKING:
    from .train.demo import TrainingData
    from .train.embed import Embedder

Command = Callable[[argparse.Namespace], None]
CARD = Path(__file__).parent / "MODEL_CARD.md"


def build(args: argparse.Namespace) -> None:
    model = build_model(read_head(args.head))
    write_model(model, args.out)
    version = metadata_of(model).version
    digest = hashlib.sha256(args.out.read_bytes()).hexdigest()
    if args.facts:
        args.facts.write_text(json.dumps({"sha256": digest, "version": version}) + "\n", "utf-8")
    print(f"{args.out}: version {version}, {args.out.stat().st_size} bytes, sha256 {digest}")


def inspect(args: argparse.Namespace) -> None:
    model = read_model(args.file)
    metadata_of(model)  # refuses what isn't of our format
    for entry in sorted(model.metadata_props, key=lambda entry: entry.key):
        print(f"{entry.key}: {entry.value}")


def train(args: argparse.Namespace) -> None:
    from .train.measure import confusion_table
    from .train.train import train as train_on

    start = read_model(args.start) if args.start else build_model(read_head(DEMO_HEAD))
    title = args.title or f"Food-11 classifier, trained on {args.data.resolve().name}"
    trained = train_on(
        args.data, start, title=title, notice=args.notice, skip_unreadable=args.skip_unreadable
    )
    write_model(trained.model, args.out)
    for problem in trained.skipped:
        print(f"skipped: {problem}", file=sys.stderr)
    print(f"trained on {trained.trained_on} pictures")
    print(f"accuracy on held-out pictures: {trained.held_out.sentence()}")
    print(confusion_table(trained.held_out.confusion))
    about = metadata_of(trained.model)
    print(f"{args.out}: version {about.version}, parent {about.parent}")


def draw(args: argparse.Namespace) -> None:
    from .train.drawing import draw as draw_one
    from .train.drawing import jpeg

    labels = [class_index(args.name)] if args.name else range(len(CLASSES))
    if args.each is None:
        if args.name is None:
            raise ModelError("give --class NAME for one picture, or --each N for a folder of many")
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_bytes(jpeg(draw_one(labels[0], args.seed, args.drift, args.size)))
        print(args.out)
        return
    for label in labels:
        folder = args.out / f"class_{label:02d}"
        folder.mkdir(parents=True, exist_ok=True)
        for seed in range(args.seed, args.seed + args.each):
            picture = jpeg(draw_one(label, seed, args.drift, args.size))
            (folder / f"{seed}.jpg").write_bytes(picture)
    print(f"{args.out}: {args.each} pictures of {len(labels)} classes")


def fit_demo(args: argparse.Namespace) -> None:
    from .train.demo import blank_embedder, training_data
    from .train.demo import fit_demo as fit

    embedder = blank_embedder()
    data = training_data(embedder)
    head = fit(data)
    DEMO_HEAD.parent.mkdir(exist_ok=True)
    DEMO_HEAD.write_bytes(head_to_bytes(head))
    print(f"{DEMO_HEAD}: {DEMO_HEAD.stat().st_size} bytes; {head.created_from}")
    write_card(embedder, head, data, args.photos)


def card(args: argparse.Namespace) -> None:
    from .train.demo import blank_embedder, training_data

    embedder = blank_embedder()
    write_card(embedder, read_head(DEMO_HEAD), training_data(embedder), args.photos)


def write_card(embedder: Embedder, head: Head, data: TrainingData, photos: Path | None) -> None:
    from .train.card import measure
    from .train.card_text import card_text

    measured = measure(embedder, head, data, photos)
    CARD.write_text(card_text(head, metadata_of(build_model(head)), measured), "utf-8")
    print(CARD)


def vectors(args: argparse.Namespace) -> None:
    from .parity.make import make_vectors

    print(make_vectors(args.out))


def drift_dial(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text}; allowed: 0 (daylight) to 1 (a dim room)")
    return value


def positive(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text}; allowed: 1 or more")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    root = argparse.ArgumentParser(
        prog="npm run model --",
        description="Make, train and look into the loop's model files.",
        epilog="Into a running stack: npm run model -- publish FILE.onnx (see publish --help).",
    )
    commands = root.add_subparsers(metavar="COMMAND", required=True)

    def command(run: Command, name: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    one = command(build, "build", "Make the model from the packaged weights and a head.")
    one.add_argument("--out", type=Path, required=True, metavar="FILE.onnx")
    one.add_argument("--head", type=Path, default=DEMO_HEAD, help="default: the demonstration head")
    one.add_argument(
        "--facts", type=Path, metavar="FILE.json", help="write sha256 and version here"
    )

    one = command(train, "train", "Fit a model to a folder of pictures, a folder for each class.")
    one.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="DIR",
        help="its folders are named after the classes: 'Egg', 'class_03' or '3'",
    )
    one.add_argument("--out", type=Path, required=True, metavar="FILE.onnx")
    one.add_argument(
        "--from",
        dest="start",
        type=Path,
        metavar="FILE.onnx",
        help="the parent; default: the demonstration model",
    )
    one.add_argument("--title", help="what the model calls itself on the page")
    one.add_argument("--notice", default="", help="a warning for the page; default: none")
    one.add_argument(
        "--skip-unreadable", action="store_true", help="leave out pictures that can't be read"
    )

    one = command(draw, "draw", "Draw food-like pictures: one, or many.")
    one.add_argument("--class", dest="name", metavar="CLASS", help="default with --each: all")
    one.add_argument("--seed", type=int, default=1, help="of the (first) picture; default 1")
    one.add_argument("--drift", type=drift_dial, default=0.0, help="0 to 1; default 0")
    one.add_argument("--size", type=positive, default=256, help="shorter side, pixels; default 256")
    one.add_argument(
        "--each", type=positive, metavar="N", help="pictures a class, seeds counting up"
    )
    one.add_argument("--out", type=Path, required=True, help="a .jpg, or with --each a folder")

    photos = "folder with the course tutorial's example photos"
    one = command(fit_demo, "fit-demo", "Fit the demonstration head anew and write its card.")
    one.add_argument("--photos", type=Path, metavar="DIR", help=photos)
    one = command(card, "card", "Measure the demonstration head and write its card.")
    one.add_argument("--photos", type=Path, metavar="DIR", help=photos)

    one = command(vectors, "vectors", "Write the parity vectors anew.")
    one.add_argument("--out", type=Path, default=Path(__file__).parent / "parity" / "vectors")

    one = command(inspect, "inspect", "Print what a model file says about itself.")
    one.add_argument("file", type=Path, metavar="FILE.onnx")
    return root


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns the exit code."""
    args = parser().parse_args(arguments)
    try:
        args.run(args)
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0
