"""The XMP packet itself (ISO 16684-1): one RDF description with plain text properties."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from pipelines.errors import ProvenanceError

_NAME: Final = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_FORBIDDEN: Final = re.compile(r"[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")  # XML 1.0, production 2
_BEGIN: Final = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_END: Final = '<?xpacket end="r"?>'


@dataclass(frozen=True, slots=True, kw_only=True)
class XmpName:
    """A property: its namespace's address, the usual prefix, and its name."""

    namespace: str
    prefix: str
    name: str


DIGITAL_SOURCE_TYPE: Final = XmpName(
    namespace="http://iptc.org/std/Iptc4xmpExt/2008-02-29/", prefix="Iptc4xmpExt", name="DigitalSourceType"
)
AI_SYSTEM_USED: Final = XmpName(
    namespace="http://iptc.org/std/Iptc4xmpExt/2008-02-29/", prefix="Iptc4xmpExt", name="AISystemUsed"
)
CREATOR_TOOL: Final = XmpName(namespace="http://ns.adobe.com/xap/1.0/", prefix="xmp", name="CreatorTool")


def xmp_packet(properties: Mapping[XmpName, str]) -> bytes:
    """Return the packet, UTF-8.

    Raises:
        ProvenanceError: no property, a name that is none in XML, or one prefix for two namespaces.
    """
    if not properties:
        raise ProvenanceError("an XMP packet needs at least one property")
    namespaces: dict[str, str] = {}
    for name in properties:
        if not (_NAME.fullmatch(name.prefix) and _NAME.fullmatch(name.name)):
            raise ProvenanceError(f"{name.prefix}:{name.name} is no XML name")
        if namespaces.setdefault(name.prefix, name.namespace) != name.namespace:
            raise ProvenanceError(f"the prefix {name.prefix} stands for two namespaces")
    declared = " ".join(f"xmlns:{prefix}={quoteattr(uri)}" for prefix, uri in namespaces.items())
    lines = "\n".join(
        f"   <{key.prefix}:{key.name}>{escape(_printable(value))}</{key.prefix}:{key.name}>"
        for key, value in properties.items()
    )
    return (
        f"{_BEGIN}\n"
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        ' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f'  <rdf:Description rdf:about="" {declared}>\n{lines}\n  </rdf:Description>\n'
        " </rdf:RDF>\n"
        "</x:xmpmeta>\n"
        f"{_END}"
    ).encode()


def _printable(value: str) -> str:
    if found := _FORBIDDEN.search(value):
        raise ProvenanceError(f"an XMP value holds the character U+{ord(found.group()):04X}, which XML cannot")
    return value
