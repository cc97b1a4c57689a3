"""What Label Studio's environment variables can't say, as settings of Django."""

from collections.abc import Sequence
from typing import Any

from labeling.origin import trusted_origins


def own_settings(public_url: str, middleware: Sequence[str]) -> dict[str, Any]:
    """Settings by name.

    `public_url`: as people's browsers reach the gateway before this server. Label Studio itself
    isn't told (LABEL_STUDIO_HOST): it would write that address into every link, and the pages would
    break for those who come by another name of the host.
    `middleware`: Label Studio's own.
    """
    secure = public_url.startswith("https://")
    return {
        # Cookies ignore ports: names of our own keep them apart from other services' on the host.
        "SESSION_COOKIE_NAME": "label-studio-session",
        "CSRF_COOKIE_NAME": "label-studio-csrf",
        "SESSION_COOKIE_SECURE": secure,
        "CSRF_COOKIE_SECURE": secure,
        # Only the gateway is in front of this server, and it overwrites the header.
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
        "CSRF_TRUSTED_ORIGINS": trusted_origins(public_url),
        "MIDDLEWARE": ["labeling.origin.OwnPagesOnly", *middleware],
    }
