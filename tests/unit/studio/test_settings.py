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


@pytest.mark.parametrize("url", ["timestamp.example.com", "ftp://timestamp.example.com", "http://"])
def test_what_is_no_time_stamp_authority_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match="SAYSO_TSA_URL"):
        load_settings(tmp_path, environ={"SAYSO_TSA_URL": url, "SAYSO_TSA_ANCHORS": "stamps.pem"})


def test_time_stamps_need_both_their_settings(tmp_path: Path) -> None:
    for name in ("SAYSO_TSA_URL", "SAYSO_TSA_ANCHORS"):
        with pytest.raises(UsageError, match="go together"):
            load_settings(tmp_path, environ={name: "http://timestamp.example.com"})
    both = {"SAYSO_TSA_URL": "http://timestamp.example.com", "SAYSO_TSA_ANCHORS": str(tmp_path / "stamps.pem")}
    settings = load_settings(tmp_path, environ=both)
    assert (settings.tsa_url, settings.tsa_anchors_path) == ("http://timestamp.example.com", tmp_path / "stamps.pem")
    assert load_settings(tmp_path, environ={}).tsa_url is None
