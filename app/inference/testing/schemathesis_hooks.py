"""What schemathesis sends where a picture belongs: real ones, damaged ones, and any bytes.

Read by its `SCHEMATHESIS_HOOKS`; `PICTURES` names a folder with small picture files.
"""

import base64
import os
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path

import schemathesis
from hypothesis import strategies as st
from schemathesis.core.failures import AcceptedNegativeData

pictures = st.sampled_from(
    [path.read_bytes() for path in sorted(Path(os.environ["PICTURES"]).iterdir())]
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A picture with a few bytes changed, and perhaps without its end."""
    picture = bytearray(draw(pictures))
    for _ in range(draw(st.integers(0, 4))):
        picture[draw(st.integers(0, len(picture) - 1))] = draw(st.integers(0, 255))
    return bytes(picture[: draw(st.integers(1, len(picture)))])


def in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


content = pictures | damaged() | st.binary(min_size=1, max_size=2000)
schemathesis.openapi.format("byte", content.map(in_base64))
schemathesis.openapi.format("binary", content)
for media_type in ("image/jpeg", "image/png", "image/webp"):
    schemathesis.openapi.media_type(media_type, content)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Drops what is said of a form that was made invalid and is valid as it was sent.

    Of a field that is an empty list nothing is sent.
    """
    return not (isinstance(failure, AcceptedNegativeData) and is_valid_form(response.request))


def is_valid_form(request):
    """Whether a request is a form of one part, a file of the name `image`."""
    content_type = request.headers.get("Content-Type", "")
    if not content_type.startswith("multipart/form-data"):
        return False
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    parts = BytesParser(policy=HTTP).parsebytes(head + request.body).iter_parts()
    return [
        (part.get_param("name", header="content-disposition"), part.get_filename() is None)
        for part in parts
    ] == [("image", False)]
