"""What DAG files do when they are loaded: next to nothing. That they load at all is shown in the
image, without a network, by test/airflow.service.test.ts.
"""

import ast
from pathlib import Path

import pytest

FILES = sorted(
    path for path in Path(__file__).parent.glob("*.py") if not path.name.startswith("test_")
)
# Loaded whenever a DAG is read, which is often: Airflow's language for DAGs, and dates.
MAY_IMPORT = {"airflow.sdk", "datetime"}


@pytest.fixture(params=FILES, ids=lambda path: path.name)
def tree(request) -> ast.Module:
    return ast.parse(request.param.read_text("utf-8"))


def test_there_are_some():
    assert [path.name for path in FILES] == ["check_connections.py", "check_training.py"]


def test_import_what_is_light(tree):
    found = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module)
    assert found <= MAY_IMPORT


def test_do_nothing_but_make_their_dag(tree):
    done = [node for node in tree.body if isinstance(node, ast.Expr)]
    calls = [node.value for node in done if isinstance(node.value, ast.Call)]
    docs = [node.value for node in done if isinstance(node.value, ast.Constant)]
    assert (len(calls), len(docs), len(done)) == (1, 1, 2)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    decorators = functions[calls[0].func.id].decorator_list
    assert [decorator.func.id for decorator in decorators] == ["dag"]


def test_say_what_they_are_for(tree):
    assert len(ast.get_docstring(tree)) > 80
