"""Where everything of one studio lives: one home folder, one database, one weights folder.

Settings are read once, by the composition root, from the command line and the environment; nothing below asks again.

========================  ===============================================================
``SAYSO_HOME``            the home folder (default ``~/.sayso``; ``--home`` wins over it)
``SAYSO_WEIGHTS``         the weights folder (default ``<home>/weights``)
``SAYSO_DATABASE_URL``    records, ledger, campaigns and jobs (default SQLite files in the home)
``SAYSO_HOSTS``           how many takes are rendered at the same time (default: one per
                          core, at most 4)
``SAYSO_VAULT_KEY``       the file with the vault's key (default ``<home>.vault-key``, beside
                          the home; back it up apart from the home)
``SAYSO_PUBLIC_URL``      the address that people open (default ``http://localhost:7860``);
                          passkeys are bound to its host
``SAYSO_SMTP_URL``        how notices are mailed (studio.notices.mail); unset: not mailed
``SAYSO_WEBHOOK_URL``     where notices are posted (studio.notices.webhook); unset: nowhere
``SAYSO_WEBHOOK_SECRET``  what those posts are signed with
``SAYSO_TSA_URL``         the RFC 3161 time stamp authority that every signature is stamped by; unset: none
``SAYSO_TSA_ANCHORS``     the file with the certificate of the authority that issues the time stamps (PEM)
``SAYSO_DEBUG``           ``1`` shows tracebacks
========================  ===============================================================
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from studio.errors import UsageError

HOSTS_MAX = 4  # more hosts than this wait for memory bandwidth, not for a core
PUBLIC_URL = "http://localhost:7860"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Paths and addresses of one studio."""

    home: Path
    weights_dir: Path
    database_url: str
    jobs_database_url: str
    hosts: int
    vault_key_path: Path  # never inside the home: a copy of the home must not open itself
    public_url: str  # without a slash at its end
    smtp_url: str | None = field(repr=False)  # holds a password
    webhook_url: str | None = field(repr=False)
    webhook_secret: str | None = field(repr=False)
    tsa_url: str | None = None
    tsa_anchors_path: Path | None = None

    @property
    def signer_dir(self) -> Path:
        """Who signs manifests; 0700."""
        return self.keys_dir / "signer"

    @property
    def keys_dir(self) -> Path:
        """Signing keys; 0700."""
        return self.home / "keys"

    @property
    def work_dir(self) -> Path:
        """Quarantine: what a take is made of, until it is released."""
        return self.home / "work"

    @property
    def training_dir(self) -> Path:
        """What trainings that are not finished have cut out of footage, a folder for each record."""
        return self.home / "training"

    @property
    def library_dir(self) -> Path:
        """Released files."""
        return self.home / "library"

    @property
    def campaigns_dir(self) -> Path:
        """Inputs of campaigns (portraits, logos), copied so that a resumed take finds them unchanged."""
        return self.home / "campaigns"

    @property
    def evidence_dir(self) -> Path:
        """Where contracts lay in clear before there was a vault; they are moved into it."""
        return self.home / "evidence"

    @property
    def vault_dir(self) -> Path:
        """Sealed evidence and biometric templates."""
        return self.home / "vault"

    @property
    def certificates_dir(self) -> Path:
        """What was destroyed, how, when and by which law; signed, and free of personal data."""
        return self.home / "certificates"

    @property
    def addresses_path(self) -> Path:
        """Who is told of what (studio.notices.addresses); may be missing."""
        return self.home / "notices.toml"

    @property
    def assets_dir(self) -> Path:
        """Copies of the pictures that consents are bound to."""
        return self.home / "assets"

    @property
    def logs_dir(self) -> Path:
        """What the hosts print."""
        return self.home / "logs"

    @property
    def locks_dir(self) -> Path:
        """File locks: migrations, workers."""
        return self.home / "locks"

    @property
    def witness_path(self) -> Path:
        """The newest signed checkpoint, kept outside the database so that a rolled-back database shows."""
        return self.home / "ledger-witness"

    @property
    def folders(self) -> tuple[Path, ...]:
        """Every folder of the home that only its owner may enter."""
        return (
            self.home,
            self.keys_dir,
            self.work_dir,
            self.training_dir,
            self.library_dir,
            self.campaigns_dir,
            self.evidence_dir,
            self.vault_dir,
            self.certificates_dir,
            self.assets_dir,
            self.logs_dir,
            self.locks_dir,
        )


def load_settings(home: Path | None, *, environ: Mapping[str, str]) -> Settings:
    """Read settings from the command line's home and the environment.

    Raises:
        UsageError: ``SAYSO_HOSTS`` is not a positive number, ``SAYSO_PUBLIC_URL`` or ``SAYSO_TSA_URL`` is no address,
            one of the two settings of time stamps is missing, or the vault's key would lie inside the home.
    """
    root = (home or Path(environ.get("SAYSO_HOME") or "~/.sayso")).expanduser().absolute()
    weights = environ.get("SAYSO_WEIGHTS")
    url = environ.get("SAYSO_DATABASE_URL", "")
    if url.startswith(("postgresql://", "postgres://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    hosts_text = environ.get("SAYSO_HOSTS") or str(min(os.cpu_count() or 1, HOSTS_MAX))
    if not hosts_text.isdecimal() or int(hosts_text) < 1:
        raise UsageError(f"SAYSO_HOSTS is {hosts_text!r}; give a whole number of at least 1, or unset it")
    tsa_url, tsa_anchors_path = _time_stamps(environ)
    return Settings(
        home=root,
        weights_dir=Path(weights).expanduser().absolute() if weights else root / "weights",
        database_url=url or f"sqlite:///{root / 'sayso.sqlite'}",
        jobs_database_url=url or f"sqlite:///{root / 'jobs.sqlite'}",
        hosts=int(hosts_text),
        vault_key_path=_vault_key_path(root, environ),
        public_url=_public_url(environ),
        smtp_url=environ.get("SAYSO_SMTP_URL") or None,
        webhook_url=environ.get("SAYSO_WEBHOOK_URL") or None,
        webhook_secret=environ.get("SAYSO_WEBHOOK_SECRET") or None,
        tsa_url=tsa_url,
        tsa_anchors_path=tsa_anchors_path,
    )


def _vault_key_path(home: Path, environ: Mapping[str, str]) -> Path:
    named = environ.get("SAYSO_VAULT_KEY")
    path = Path(named).expanduser().absolute() if named else home.with_name(home.name + ".vault-key")
    if path.resolve().is_relative_to(home.resolve()):
        raise UsageError(
            f"SAYSO_VAULT_KEY names {path}, inside the home; whoever copied the home could read it: name another folder"
        )
    return path


def _public_url(environ: Mapping[str, str]) -> str:
    url = (environ.get("SAYSO_PUBLIC_URL") or PUBLIC_URL).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise UsageError(f"SAYSO_PUBLIC_URL is {url!r}; needed is an address such as https://consent.example.com")
    return url


def _time_stamps(environ: Mapping[str, str]) -> tuple[str | None, Path | None]:
    url, anchors = environ.get("SAYSO_TSA_URL") or None, environ.get("SAYSO_TSA_ANCHORS") or None
    if url is None and anchors is None:
        return None, None
    if url is None or anchors is None:
        raise UsageError(
            "SAYSO_TSA_URL and SAYSO_TSA_ANCHORS go together: the address of the time stamp authority, and the file "
            "with the certificate of the authority that issues its certificates; set both or neither"
        )
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError(f"SAYSO_TSA_URL is {url!r}; needed is an address such as http://timestamp.example.com")
    return url, Path(anchors).expanduser().absolute()


def prepare_home(settings: Settings) -> None:
    """Make the home's folders, each for its owner alone (0700).

    Raises:
        UsageError: the home cannot be written.
    """
    try:
        for folder in settings.folders:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.stat().st_mode & 0o077:
                folder.chmod(0o700)
    except OSError as e:
        raise UsageError(
            f"the home {settings.home} cannot be written ({e.strerror}); choose another with --home DIR"
        ) from e
