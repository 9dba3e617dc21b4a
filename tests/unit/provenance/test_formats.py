"""Every format that a campaign or a receipt may have: signed, and trusted by both verifiers."""

from __future__ import annotations

import subprocess
from pathlib import Path

import encypher_c2pa
import pytest
from fpdf import FPDF
from PIL import Image

from pipelines.errors import ProvenanceError
from pipelines.provenance.documents import sign_pdf
from pipelines.provenance.identity import SigningIdentity
from pipelines.provenance.reading import read_manifest
from pipelines.provenance.signing import sign_file
from tests.fakes.media_files import ffmpeg
from tests.unit.provenance.conftest import now, spec_for

MEDIA_TYPES = {
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "avi": "video/x-msvideo",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "tiff": "image/tiff",
    "webp": "image/webp",
    "avif": "image/avif",
    "pdf": "application/pdf",
}
_PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=1")
_SOUND = ("-f", "lavfi", "-i", "sine=440:d=1")
_H264 = (*_PICTURE, *_SOUND, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac")
_STILL = (*_PICTURE, "-frames:v", "1")
RECIPES = {
    "mp4": _H264,
    "mov": _H264,
    "avi": (*_PICTURE, "-c:v", "mjpeg"),
    "m4a": (*_SOUND, "-c:a", "aac"),
    "mp3": _SOUND,
    "wav": _SOUND,
    "flac": _SOUND,
    "png": (*_STILL, "-update", "1"),
    "jpg": (*_STILL, "-update", "1"),
    "gif": (*_PICTURE, "-r", "5"),
    "tiff": (*_STILL, "-update", "1"),
}


def make(kind: str, path: Path) -> None:
    if kind in RECIPES:
        ffmpeg(*RECIPES[kind], path)
    elif kind == "pdf":
        page = FPDF()
        page.add_page()
        page.set_font("helvetica")
        page.cell(text="a receipt")
        path.write_bytes(bytes(page.output()))
    else:
        Image.linear_gradient("L").convert("RGB").save(path)


def second_opinion(path: Path, media_type: str, identity: SigningIdentity) -> tuple[object, object]:
    anchors = identity.trust_anchors_pem
    found = encypher_c2pa.verify(
        str(path), media_type, trust_pem=anchors, no_default_trust=True, telemetry=False, online=False
    )
    return found["validation_state"], found["validation_results"]["failure"]


@pytest.mark.parametrize("kind", MEDIA_TYPES)
def test_both_verifiers_trust_every_format(kind: str, identity: SigningIdentity, tmp_path: Path) -> None:
    media_type, plain, signed = MEDIA_TYPES[kind], tmp_path / f"plain.{kind}", tmp_path / f"signed.{kind}"
    make(kind, plain)
    sign_file(plain, signed, spec_for(media_type), identity)
    reading = read_manifest(signed, trust_anchors_pem=identity.trust_anchors_pem, media_type=media_type)
    assert (reading.state, reading.failures) == ("trusted", ())
    assert second_opinion(signed, media_type, identity) == ("Trusted", [])


def test_a_signed_document_still_opens_and_fails_when_changed(identity: SigningIdentity, tmp_path: Path) -> None:
    make("pdf", tmp_path / "plain.pdf")
    path = tmp_path / "signed.pdf"
    path.write_bytes(sign_pdf((tmp_path / "plain.pdf").read_bytes(), title="receipt", at=now(), signer=identity))
    assert second_opinion(path, "application/pdf", identity) == ("Trusted", [])
    spoiled = bytearray(path.read_bytes())
    spoiled[spoiled.index(b"/Length") + 8] ^= 1
    path.with_name("spoiled.pdf").write_bytes(spoiled)
    reading = read_manifest(
        path.with_name("spoiled.pdf"), trust_anchors_pem=identity.trust_anchors_pem, media_type="application/pdf"
    )
    assert reading.state == "invalid"
    try:
        shown = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        pytest.skip("needs pdftotext to read it (apt-get install poppler-utils)")
    assert shown.strip() == "a receipt"


def test_what_is_no_document_is_not_signed(identity: SigningIdentity) -> None:
    with pytest.raises(ProvenanceError, match="could not be signed"):
        sign_pdf(b"no PDF", title="receipt", at=now(), signer=identity)
