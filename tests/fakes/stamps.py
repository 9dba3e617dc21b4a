"""A time stamp authority (RFC 3161) on this machine: a small web server around ``openssl ts``."""

from __future__ import annotations

import http.server
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from pipelines.provenance.safekeeping import key_pem
from tests.fakes.authorities import Authority, pem

_CONFIG = """
[tsa]
default_tsa = this
[this]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""  # no "certs =": the C2PA library takes the reply without them


@dataclass(kw_only=True)
class StampAuthority:
    """What is asked lands in ``asked``. ``mood`` is "well", or how it fails."""

    url: str
    issuer: Authority
    mood: str = "well"
    asked: list[bytes] = field(default_factory=list)

    @property
    def anchors_pem(self) -> str:
        return pem(self.issuer.certificate)


@contextmanager
def stamp_authority(folder: Path) -> Iterator[StampAuthority]:
    """Run one; its certificate is issued by an authority that may issue time stamps alone, below a root."""
    stamping = (ExtendedKeyUsageOID.TIME_STAMPING,)
    issuer = Authority(name="Stamps", above=Authority(name="Stamp root"), purposes=stamping)
    key = ec.generate_private_key(ec.SECP256R1())
    (folder / "tsa.key").write_bytes(key_pem(key))
    (folder / "tsa.pem").write_text(pem(issuer.issue(key.public_key(), organisation="Stamps", purposes=stamping)))
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            authority.asked.append(query)
            match authority.mood:
                case "down":
                    self.send_error(503)
                    return
                case "slow":
                    time.sleep(1)
                    answer = _reply(folder, query)
                case "junk":
                    answer = b"junk"
                case "stale":  # a reply to another question
                    answer = _reply(folder, _reply_to_nothing(folder))
                case _:
                    answer = _reply(folder, query)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        authority = StampAuthority(url=f"http://127.0.0.1:{server.server_port}/tsr", issuer=issuer)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield authority
        finally:
            server.shutdown()
            thread.join()


def _reply(folder: Path, query: bytes) -> bytes:
    (folder / "query").write_bytes(query)
    command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply"]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return (folder / "reply").read_bytes()


def _reply_to_nothing(folder: Path) -> bytes:
    (folder / "other").write_bytes(b"another file")
    command = ["openssl", "ts", "-query", "-data", "other", "-sha256", "-cert", "-out", "other.tsq"]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return (folder / "other.tsq").read_bytes()
