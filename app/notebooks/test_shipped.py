"""The notebooks as they are in git: without outputs, so that a change shows what somebody wrote."""

import json
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parent / "shipped").glob("*.ipynb"))


def test_there_are_some() -> None:
    assert [path.name for path in NOTEBOOKS] == ["prediction-log.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_is_clean(path: Path) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    assert notebook["nbformat"] == 4
    assert notebook["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    cells = notebook["cells"]
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert [cell["metadata"] for cell in cells] == [{}] * len(cells)
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert [(cell["outputs"], cell["execution_count"]) for cell in code] == [([], None)] * len(code)
