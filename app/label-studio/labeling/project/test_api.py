"""The API's client, against a server that answers what it is told."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from labeling.project.api import Api, ApiError

TOKEN = "the-token"


@pytest.fixture
def server():
    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            length = int(self.headers.get("Content-Length") or 0)
            server.asked.append(
                (self.command, self.path, self.headers["Authorization"], self.rfile.read(length))
            )
            status, body = server.answers.pop(0)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = answer

        def log_message(self, *_):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.answers = [], []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def api_of(server) -> Api:
    return Api(f"http://127.0.0.1:{server.server_port}", TOKEN)


def test_projects_with_just_this_title_the_oldest_first(server):
    found = [{"id": 5, "title": "Evaluation"}, {"id": 2, "title": "Evaluation"}]
    similar = {"id": 1, "title": "My evaluation"}
    server.answers = [(200, json.dumps({"results": [*found, similar]}).encode())]
    assert [one["id"] for one in api_of(server).projects("Evaluation")] == [2, 5]
    method, path, authorization, _ = server.asked[0]
    assert (method, authorization) == ("GET", f"Token {TOKEN}")
    assert path.startswith("/api/projects/?title=Evaluation&")


def test_a_body_is_sent_as_json_and_no_answer_is_none(server):
    server.answers = [(204, b"")]
    assert api_of(server).ask("PATCH", "/api/projects/2/", {"title": "Evaluation"}) is None
    assert json.loads(server.asked[0][3]) == {"title": "Evaluation"}


def test_a_refusal_says_what_was_asked_and_answered_and_not_the_token(server):
    server.answers = [(400, b"wrong keys")]
    with pytest.raises(ApiError, match=r"POST .*/validate: 400 wrong keys") as caught:
        api_of(server).ask("POST", "/api/storages/s3/validate", {})
    assert caught.value.status == 400
    assert TOKEN not in str(caught.value) + repr(api_of(server))


def test_nobody_there():
    with pytest.raises(ApiError, match="no answer: ") as caught:
        Api("http://127.0.0.1:1", TOKEN).ask("GET", "/api/projects/")
    assert caught.value.status is None
