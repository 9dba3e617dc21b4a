"""The address that links lead to. Passkeys belong to its host, so it must be the one that people's browsers see."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from studio.errors import UsageError

DEFAULT_URL = "http://localhost:7860"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the studio is reached. ``rp_id`` and ``origin`` are WebAuthn's words for host and address."""

    rp_id: str
    origin: str

    @classmethod
    def of(cls, url: str) -> Site:
        """Read an address.

        Raises:
            UsageError: it has a path or no host, or is plain http elsewhere than on localhost, where no browser makes
                passkeys.
        """
        parts = urlsplit(url.strip())
        try:
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError as e:
            raise UsageError(f"SAYSO_PUBLIC_URL is {url!r}; its port is no number") from e
        if parts.scheme not in ("http", "https") or not host or parts.path not in ("", "/") or parts.query:
            raise UsageError(f"SAYSO_PUBLIC_URL is {url!r}; give an address such as https://studio.example.com")
        is_local = host == "localhost" or host.endswith(".localhost")
        if parts.scheme == "http" and not is_local:
            raise UsageError(f"SAYSO_PUBLIC_URL is {url!r}; browsers make passkeys over https only, so give https://…")
        standard = {"http": 80, "https": 443}[parts.scheme]
        shown = "" if port in (None, standard) else f":{port}"
        return cls(rp_id=host, origin=f"{parts.scheme}://{host}{shown}")

    def url(self, path: str) -> str:
        """The whole address of a path."""
        return self.origin + path
