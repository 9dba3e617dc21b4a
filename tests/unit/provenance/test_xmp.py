from __future__ import annotations

import shutil
import wave
import xml.etree.ElementTree as ET
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pipelines.errors import ProvenanceError
from pipelines.provenance.identity import SigningIdentity
from pipelines.provenance.reading import read_manifest
from pipelines.provenance.signing import sign_file
from pipelines.provenance.xmp import bmff
from pipelines.provenance.xmp.files import read_xmp, write_xmp
from pipelines.provenance.xmp.packet import CREATOR_TOOL, DIGITAL_SOURCE_TYPE, XmpName, xmp_packet
from tests.fakes.media_files import MEDIA_TYPES, ffmpeg
from tests.unit.provenance.conftest import GENERATED, spec_for

AIGC = XmpName(namespace="http://www.tc260.org.cn/ns/AIGC/1.0/", prefix="TC260", name="AIGC")
PROPERTIES = {
    DIGITAL_SOURCE_TYPE: GENERATED,
    CREATOR_TOOL: "Sayso",
    AIGC: '{"Label":"1","ContentProducer":"例 <&> GmbH"}',
}
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


def properties_of(packet: str) -> dict[str, str]:
    body = packet[packet.index("?>") + 2 : packet.rindex("<?xpacket")]
    description = ET.fromstring(body).find(f"{RDF}RDF/{RDF}Description")
    assert description is not None
    return {one.tag: one.text or "" for one in description}


@pytest.fixture(params=sorted(MEDIA_TYPES))
def written(request: pytest.FixtureRequest, media: dict[str, Path], tmp_path: Path) -> Path:
    path = tmp_path / request.param
    shutil.copy(media[request.param], path)
    write_xmp(path, PROPERTIES, media_type=MEDIA_TYPES[path.name])
    return path


def test_what_was_written_is_read(written: Path) -> None:
    packet = read_xmp(written, media_type=MEDIA_TYPES[written.name])
    assert packet is not None
    found = properties_of(packet)
    assert found == {f"{{{name.namespace}}}{name.name}": value for name, value in PROPERTIES.items()}


def test_players_still_decode_every_format(written: Path) -> None:
    ffmpeg("-xerror", "-i", written, "-f", "null", "-")
    if written.suffix in {".png", ".jpg"}:
        with Image.open(written, formats=("PNG", "JPEG")) as picture:
            picture.load()
            assert GENERATED in str(picture.info["xmp"])
    if written.suffix == ".wav":
        with wave.open(str(written)) as sound:
            assert sound.getnframes() == 2 * 44100
    if written.suffix == ".mp4":
        with av.open(str(written)) as container:
            assert sum(1 for _ in container.decode(video=0)) == 50


def test_it_survives_signing_and_the_manifest_covers_it(
    written: Path, identity: SigningIdentity, tmp_path: Path
) -> None:
    media_type = MEDIA_TYPES[written.name]
    signed = tmp_path / f"signed{written.suffix}"
    sign_file(written, signed, spec_for(media_type), identity)
    assert GENERATED in (read_xmp(signed, media_type=media_type) or "")
    assert read_manifest(signed, trust_anchors_pem=identity.trust_anchors_pem).state == "trusted"
    data = signed.read_bytes()
    place = data.rindex(b"ContentProducer")
    signed.write_bytes(data[:place] + b"X" + data[place + 1 :])
    assert read_manifest(signed, trust_anchors_pem=identity.trust_anchors_pem).state == "invalid"


def test_it_is_written_once(written: Path) -> None:
    before = written.read_bytes()
    with pytest.raises(ProvenanceError, match="already carries XMP"):
        write_xmp(written, PROPERTIES, media_type=MEDIA_TYPES[written.name])
    assert written.read_bytes() == before


def test_files_without_it_say_so(media: dict[str, Path]) -> None:
    for name, path in media.items():
        assert read_xmp(path, media_type=MEDIA_TYPES[name]) is None


@pytest.mark.parametrize("name", sorted(MEDIA_TYPES))
def test_a_file_of_another_kind_is_refused_untouched(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"ID3" + b"\xff" * 40 if name == "sound.mp3" else b"junk" * 20)
    before = path.read_bytes()
    with pytest.raises(ProvenanceError):
        write_xmp(path, PROPERTIES, media_type=MEDIA_TYPES[name])
    assert path.read_bytes() == before


def test_an_unknown_format_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ProvenanceError, match="video/mp4"):
        write_xmp(tmp_path / "a.gif", PROPERTIES, media_type="image/gif")


BROKEN_BOXES = {
    "a box that claims more than the file": b"\x00\x00\x00\x10ftypisom\0\0\0\0" + b"\x00\x01\x00\x00moov",
    "a box smaller than its header": b"\x00\x00\x00\x10ftypisom\0\0\0\0" + b"\x00\x00\x00\x04moov",
    "stray bytes": b"\x00\x00\x00\x10ftypisom\0\0\0\0" + b"abc",
    "a long size that overflows": b"\x00\x00\x00\x01ftyp" + b"\xff" * 8,
}


@pytest.mark.parametrize("name", BROKEN_BOXES)
def test_broken_boxes_are_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(BROKEN_BOXES[name])
    with pytest.raises(ProvenanceError), path.open("rb") as file:
        list(bmff.boxes(file))


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=200))
def test_any_printable_value_comes_back_as_it_was(value: str) -> None:
    if any(character in "\ufffe\uffff" for character in value):
        return
    packet = xmp_packet({CREATOR_TOOL: value}).decode()
    assert properties_of(packet) == {f"{{{CREATOR_TOOL.namespace}}}CreatorTool": value}


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {XmpName(namespace="urn:a", prefix="x y", name="A"): "v"},
        {XmpName(namespace="urn:a", prefix="x", name="A><B"): "v"},
        {XmpName(namespace="urn:a", prefix="x", name="A"): "v", XmpName(namespace="urn:b", prefix="x", name="B"): "v"},
        {CREATOR_TOOL: "a\0b"},
    ],
)
def test_a_packet_that_would_not_parse_is_refused(properties: dict[XmpName, str]) -> None:
    with pytest.raises(ProvenanceError):
        xmp_packet(properties)
