"""Settings come from the environment, and a wrong one is said before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.errors import UsageError
from studio.settings import load_settings


def test_the_vaults_key_lies_beside_the_home(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "home", environ={}).vault_key_path == tmp_path / "home.vault-key"
    named = load_settings(tmp_path / "home", environ={"SAYSO_VAULT_KEY": str(tmp_path / "k")})
    assert named.vault_key_path == tmp_path / "k"


def test_the_vaults_key_never_lies_in_the_home(tmp_path: Path) -> None:
    for inside in (tmp_path / "home" / "key", tmp_path / "other" / ".." / "home" / "key"):
        with pytest.raises(UsageError, match="inside the home"):
            load_settings(tmp_path / "home", environ={"SAYSO_VAULT_KEY": str(inside)})


def test_the_public_address_has_no_slash_at_its_end(tmp_path: Path) -> None:
    assert load_settings(tmp_path, environ={}).public_url == "http://localhost:7860"
    given = load_settings(tmp_path, environ={"SAYSO_PUBLIC_URL": "https://consent.example.com/"})
    assert given.public_url == "https://consent.example.com"


@pytest.mark.parametrize("url", ["consent.example.com", "ftp://example.com", "https://", "https://a.b/?x=1"])
def test_what_is_no_public_address_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match="SAYSO_PUBLIC_URL"):
        load_settings(tmp_path, environ={"SAYSO_PUBLIC_URL": url})


def test_secrets_are_in_no_log(tmp_path: Path) -> None:
    environ = {"SAYSO_SMTP_URL": "smtps://u:topsecret@m", "SAYSO_WEBHOOK_SECRET": "topsecret", "SAYSO_WEBHOOK_URL": "x"}
    settings = load_settings(tmp_path, environ=environ)
    assert settings.smtp_url is not None
    assert "topsecret" not in repr(settings)
