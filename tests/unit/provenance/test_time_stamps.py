"""Time stamps: a file stays trusted after its signer's certificate ended, and nobody else signs by their authority."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import encypher_c2pa
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from pipelines.errors import ProvenanceError
from pipelines.provenance.certificates import split_anchors
from pipelines.provenance.identity import SigningIdentity
from pipelines.provenance.keyholders import FileKey
from pipelines.provenance.reading import read_manifest
from pipelines.provenance.safekeeping import key_pem
from pipelines.provenance.signing import sign_file
from tests.fakes.authorities import Authority, now, pem
from tests.fakes.stamps import StampAuthority, stamp_authority
from tests.unit.provenance.conftest import spec_for

pytestmark = pytest.mark.enable_socket
LASTS_S = 8
KEY = ec.generate_private_key(ec.SECP256R1())
ROOT = Authority(name="Root")


@pytest.fixture(scope="module")
def stamps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StampAuthority]:
    with stamp_authority(tmp_path_factory.mktemp("tsa")) as authority:
        yield authority


@pytest.fixture
def well(stamps: StampAuthority) -> Iterator[StampAuthority]:
    stamps.asked.clear()
    yield stamps
    stamps.mood = "well"


def identity_under(authority: Authority, *, ends_in: timedelta, tsa_url: str | None) -> SigningIdentity:
    leaf = authority.issue(KEY.public_key(), lasts=timedelta(hours=1) + ends_in)
    identity = SigningIdentity.of(FileKey(pem=key_pem(KEY).decode()), leaf, pem(leaf), pem(ROOT.certificate))
    return replace(identity, tsa_url=tsa_url)


@pytest.fixture(scope="module")
def ended(stamps: StampAuthority, media: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files by signers whose certificates have ended since."""
    folder = tmp_path_factory.mktemp("ended")
    lasts = timedelta(seconds=LASTS_S)
    signers = {
        "stamped.mp4": (ROOT, stamps.url),
        "plain.mp4": (ROOT, None),
        "stranger.mp4": (Authority(name="Stranger"), stamps.url),
        "by the stamps' authority.mp4": (stamps.issuer, stamps.url),
    }
    begun = time.monotonic()
    for name, (authority, url) in signers.items():
        identity = identity_under(authority, ends_in=lasts, tsa_url=url)
        sign_file(media["film.mp4"], folder / name, spec_for("video/mp4"), identity)
    assert time.monotonic() - begun < LASTS_S, "too slow a machine for this test: they ended while they were made"
    time.sleep(LASTS_S + 2 - (time.monotonic() - begun))
    return {name: folder / name for name in signers}


def second_opinion(path: Path, stamps: StampAuthority) -> str:
    return str(
        encypher_c2pa.verify(
            str(path),
            "video/mp4",
            trust_pem=pem(ROOT.certificate),
            tsa_trust_pem=stamps.anchors_pem,
            no_default_trust=True,
            telemetry=False,
            online=False,
        )["validation_state"]
    )


def test_with_a_time_stamp_a_file_stays_trusted_after_the_certificate_ended(
    ended: dict[str, Path], stamps: StampAuthority
) -> None:
    reading = read_manifest(ended["stamped.mp4"], trust_anchors_pem=pem(ROOT.certificate) + stamps.anchors_pem)
    assert (reading.state, reading.failures) == ("trusted", ())
    assert second_opinion(ended["stamped.mp4"], stamps) == "Trusted"


def test_without_one_it_does_not(ended: dict[str, Path], stamps: StampAuthority) -> None:
    reading = read_manifest(ended["plain.mp4"], trust_anchors_pem=pem(ROOT.certificate) + stamps.anchors_pem)
    assert reading.state == "untrusted"
    assert any("signingCredential.expired" in failure for failure in reading.failures)
    assert second_opinion(ended["plain.mp4"], stamps) != "Trusted"


def test_a_time_stamp_of_an_unknown_authority_counts_for_nothing(ended: dict[str, Path]) -> None:
    assert read_manifest(ended["stamped.mp4"], trust_anchors_pem=pem(ROOT.certificate)).state == "untrusted"


@pytest.mark.parametrize("name", ["stranger.mp4", "by the stamps' authority.mp4"])
def test_a_time_stamp_makes_nobody_a_signer(name: str, ended: dict[str, Path], stamps: StampAuthority) -> None:
    """Not even somebody whom the authority of time stamps itself has certified."""
    reading = read_manifest(ended[name], trust_anchors_pem=pem(ROOT.certificate) + stamps.anchors_pem)
    assert reading.state == "untrusted"


def test_a_running_certificate_of_the_stamps_authority_signs_nothing_either(
    well: StampAuthority, media: dict[str, Path], tmp_path: Path
) -> None:
    identity = identity_under(well.issuer, ends_in=timedelta(days=9), tsa_url=well.url)
    sign_file(media["still.png"], tmp_path / "out.png", spec_for("image/png"), identity)
    anchors = pem(ROOT.certificate) + well.anchors_pem
    assert read_manifest(tmp_path / "out.png", trust_anchors_pem=anchors).state == "untrusted"


def test_every_signature_is_stamped_and_only_its_hash_leaves(
    well: StampAuthority, media: dict[str, Path], tmp_path: Path
) -> None:
    identity = identity_under(ROOT, ends_in=timedelta(days=9), tsa_url=well.url)
    sign_file(media["still.png"], tmp_path / "out.png", spec_for("image/png"), identity)
    assert read_manifest(tmp_path / "out.png", trust_anchors_pem=pem(ROOT.certificate)).state == "trusted"
    (query,) = well.asked
    assert len(query) < 100


FAILURES = {"down": "503", "junk": "decode", "stale": ""}


@pytest.mark.parametrize("mood", FAILURES)
def test_without_its_time_stamp_nothing_is_released(
    mood: str, well: StampAuthority, media: dict[str, Path], tmp_path: Path
) -> None:
    well.mood = mood
    identity = identity_under(ROOT, ends_in=timedelta(days=9), tsa_url=well.url)
    with pytest.raises(ProvenanceError, match=r"time stamp authority 127\.0\.0\.1 gave no time stamp") as refusal:
        sign_file(media["still.png"], tmp_path / "out.png", spec_for("image/png"), identity)
    assert FAILURES[mood] in str(refusal.value)
    assert "SAYSO_TSA_URL" in str(refusal.value)
    assert not (tmp_path / "out.png").exists()


def test_a_time_stamp_authority_that_is_gone_is_one_sentence(media: dict[str, Path], tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        identity = identity_under(ROOT, ends_in=timedelta(days=9), tsa_url=url)
        with pytest.raises(ProvenanceError, match="gave no time stamp"):
            sign_file(media["still.png"], tmp_path / "out.png", spec_for("image/png"), identity)
    assert not (tmp_path / "out.png").exists()


def test_a_slow_one_is_waited_for(well: StampAuthority, media: dict[str, Path], tmp_path: Path) -> None:
    well.mood = "slow"
    identity = identity_under(ROOT, ends_in=timedelta(days=9), tsa_url=well.url)
    sign_file(media["still.png"], tmp_path / "out.png", spec_for("image/png"), identity)


def test_anchors_are_told_apart_by_what_they_may_certify(stamps: StampAuthority) -> None:
    both = stamps.anchors_pem + pem(ROOT.certificate)
    assert split_anchors(both) == (pem(ROOT.certificate), stamps.anchors_pem)
    assert now() < stamps.issuer.certificate.not_valid_after_utc
