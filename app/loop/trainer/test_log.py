"""Lines of the log."""

import json
import time

from .log import INFO, log


def test_a_line_of_json_for_each_event(capsys):
    before = int(time.time() * 1000)
    log(INFO, "job taken", job="1", error="two\nlines")
    line = capsys.readouterr().out
    assert line.count("\n") == 1
    said = json.loads(line)
    assert before <= said.pop("time") <= time.time() * 1000
    assert said == {"level": 30, "job": "1", "error": "two\nlines", "msg": "job taken"}
