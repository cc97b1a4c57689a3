"""Requests that change something come from Label Studio's own pages, or from programs.

Label Studio doesn't check CSRF tokens on its API. Cookies ignore ports, so a browser also sends its
session with what another page on this host asks for, such as the output of somebody's notebook.
Browsers say which page asks.
"""

from collections.abc import Callable, Collection
from urllib.parse import urlsplit

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def trusted_origins(public_url: str) -> list[str]:
    """The origins of the public address, with and without TLS: a gateway may come or go."""
    host = urlsplit(public_url).netloc
    return [f"http://{host}", f"https://{host}"]


def from_elsewhere(
    method: str, origin: str | None, host: str, trusted: Collection[str] = ()
) -> bool:
    """Whether a page of another origin asks for a change.

    `host`: that of the request, with its port.
    """
    if method in SAFE_METHODS or origin is None or origin in trusted:
        return False
    return urlsplit(origin).netloc != host


class OwnPagesOnly:
    """Django middleware that refuses what other pages ask for."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request):
        """Answer the request, or refuse it."""
        from django.conf import settings
        from django.http import HttpResponseForbidden

        origin = request.headers.get("Origin")
        if from_elsewhere(
            request.method, origin, request.get_host(), settings.CSRF_TRUSTED_ORIGINS
        ):
            return HttpResponseForbidden("A page of another origin may not change anything here.")
        return self.get_response(request)
