"""Check a consent dossier with nothing but Python and the `cryptography` package: python verify-a-dossier.py DOSSIER.zip

Give --controller-key and --ledger-key (64 hexadecimal digits, from the company itself) to know whose dossier it is.
Exit code 0: everything fits; 1: something does not, with a sentence. Numbers are clauses of docs/consent-spec.md.
A dossier proves the entries that are in it. It cannot prove that none was left out: a later withdrawal may exist. Ask the
company for a newer one, or check a film with `sayso verify`, which asks the ledger itself.
"""
import argparse, base64, hashlib, io, json, sys, zipfile, zlib
from urllib.parse import urlsplit
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

sha = lambda raw: hashlib.sha256(raw).digest()
b64 = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
canon = lambda value: json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
bare = lambda value: {k: bare(v) for k, v in value.items() if v is not None} if isinstance(value, dict) else (
    [bare(v) for v in value] if isinstance(value, list) else value)

UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, EOFError, zipfile.BadZipFile, OverflowError, zlib.error)

def need(fact, sentence):
    if not fact:
        sys.exit(f"NOT VERIFIED: {sentence}")

def cbor(raw):  # the map of integers to integers and bytes that a COSE key is (RFC 9052)
    at, items = 1, []
    while at < len(raw):
        kind, size, at = raw[at] >> 5, raw[at] & 31, at + 1
        if size > 23:
            size, at = int.from_bytes(raw[at:at + size - 23], "big"), at + size - 23
        items.append(size if kind == 0 else -1 - size if kind == 1 else raw[at:at + size])
        at += size if kind == 2 else 0
    return dict(zip(items[::2], items[1::2]))

def signed(said, payload, purpose, who):  # 3: Ed25519 over purpose 0x00 payload, or a passkey over its hash (3.7)
    message = purpose.encode() + b"\0" + canon(payload)
    try:
        if said["method"] == "ed25519":
            return ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(said["public_key"])).verify(bytes.fromhex(said["value"]), message)
        client, data, key = b64(said["client_data_json"]), b64(said["authenticator_data"]), cbor(b64(said["cose_key"]))
        told = json.loads(client)
        need(told["type"] == "webauthn.get" and b64(told["challenge"]) == sha(message) and told["origin"] == said["origin"]
             and not told.get("crossOrigin"), f"{who}: the passkey signed something else")
        host = urlsplit(said["origin"]).hostname or ""  # WebAuthn 5.1.3: the site is the origin's host, or what it lies in
        need(host == said["rp_id"] or host.endswith("." + said["rp_id"]), f"{who}: the page does not lie within the passkey's site")
        need(data[:32] == sha(said["rp_id"].encode()) and data[32] & 5 == 5, f"{who}: another site, or the user was not verified")
        value, over = b64(said["value"]), data + sha(client)
        if key[3] == -7:
            point = ec.EllipticCurvePublicNumbers(int.from_bytes(key[-2], "big"), int.from_bytes(key[-3], "big"), ec.SECP256R1())
            point.public_key().verify(value, over, ec.ECDSA(SHA256()))
        elif key[3] == -8:
            ed25519.Ed25519PublicKey.from_public_bytes(key[-2]).verify(value, over)
        else:
            rsa.RSAPublicNumbers(int.from_bytes(key[-2], "big"), int.from_bytes(key[-1], "big")).public_key().verify(value, over, padding.PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError, KeyError, TypeError) as e:
        need(False, f"{who}: the signature does not fit ({type(e).__name__})")

def root_of(leaf, index, size, proof):  # RFC 9162, 2.1.3.2
    first, last = index, size - 1
    for step in proof:
        if first % 2 or first == last:
            leaf = sha(b"\1" + step + leaf)
            while first % 2 == 0 and first:
                first, last = first >> 1, last >> 1
        else:
            leaf = sha(b"\1" + leaf + step)
        first, last = first >> 1, last >> 1
    return leaf

def verify(raw, controller, ledger_key):
    names = zipfile.ZipFile(io.BytesIO(raw)).namelist()
    need(len(names) == len(set(names)), "the zip file has two files of one name")
    files = {name: zipfile.ZipFile(io.BytesIO(raw)).read(name) for name in names}
    again = io.BytesIO()  # the zip has one form: names sorted, nothing packed, no dates. Any other byte was changed
    with zipfile.ZipFile(again, "w") as copy:
        for name in sorted(files):
            copy.writestr(zipfile.ZipInfo(name), files[name])
    need(again.getvalue() == raw, "the zip file is not in its one form; a byte of it was changed")
    sealed_bytes = files.pop("manifest.json")
    sealed = json.loads(sealed_bytes)
    keys, listed = sealed["manifest"]["keys"], sealed["manifest"]["files"]
    need(controller in (None, keys["controller"]), f"it is the dossier of another company's key, {keys['controller']}")
    need(ledger_key in (None, keys["ledger"]), f"it is of another ledger's key, {keys['ledger']}")
    signed({"method": "ed25519", "public_key": keys["controller"], "value": sealed["signature"]}, sealed["manifest"], "sayso/v1/dossier", "manifest")
    need(sealed_bytes == canon(sealed), "the manifest is not in its one form")
    need({n: sha(c).hex() for n, c in files.items()} == listed, "a file is not the one that the manifest names")
    envelope, record = json.loads(files["envelope.json"]), json.loads(files["record.json"])
    identity = sha(files["record.json"]).hex()
    need(base64.b64decode(envelope["record_bytes"]) == files["record.json"] == canon(record), "the record is not in its one form (2.1)")
    need(envelope["salt"], "the record's salt was erased, so nothing ties it to the ledger any more")
    name = sha(b"sayso/v1/public-hash\0" + base64.b64decode(envelope["salt"]) + bytes.fromhex(identity)).hex()  # 2.3
    base, subject, company = {"record_id": identity, "public_hash": name}, envelope["subject_signature"], []
    statement = {"statement_sha256": envelope["statement_sha256"]} if envelope["statement_sha256"] else {}
    hashes, salt = {}, base64.b64decode(envelope["salt"] or "")
    if subject:
        signed(subject, {**base, **statement, "signed_at": subject["signed_at"]}, "sayso/v1/subject", "subject")
        hashes["signed"] = {sha(canon(bare(subject))).hex()}
    for one in envelope["approvals"]:
        payload = {**base, "subject_signature_sha256": sha(canon(bare(subject))).hex(), "approver": one["approver"], "approved_at": one["approved_at"], "evidence_sha256": one["evidence_sha256"]}
        payload.update({"assessment_sha256": one["assessment_sha256"]} if one["assessment_sha256"] else {})
        company.append((one["signature"], payload, "sayso/v1/approval", f"approval by {one['approver']}"))
    for one in envelope["reports"]:
        fields = ("statement_sha256", "capture", "code_issued_at", "checked_at", "checks")
        company.append((one["signature"], {**base, **{f: bare(one[f]) for f in fields}}, "sayso/v1/checks", "report"))
    for one in envelope["assessments"]:
        company.append((one["signature"], {**base, **{f: one[f] for f in ("answers", "by", "at")}}, "sayso/v1/assessment", "assessment"))
    for one in envelope["script_approvals"]:
        payload = {**base, "script_sha256": one["script_sha256"], "approver": one["approver"], "approved_at": one["approved_at"]}
        signed(one["signature"], payload, "sayso/v1/script", "script")
    for said, payload, purpose, who in company:
        need(said["public_key"] == keys["controller"], f"{who}: not by the controller's key")
        signed(said, payload, purpose, who)
    if envelope["guardian_signature"]:
        signed(envelope["guardian_signature"], {**base, "signed_at": envelope["guardian_signature"]["signed_at"]}, "sayso/v1/guardian", "guardian")
        hashes["guardian_signed"] = {sha(canon(bare(envelope["guardian_signature"]))).hex()}
    note = files["checkpoint.txt"].decode()
    text, line = note.split("\n\n", 1)
    origin, size, root = text.split("\n")[:3]
    raw_key = bytes.fromhex(keys["ledger"])
    try:  # c2sp.org/signed-note: 4 bytes of key hash, then the signature
        ed25519.Ed25519PublicKey.from_public_bytes(raw_key).verify(base64.b64decode(line.strip().split(" ")[2])[4:], (text + "\n").encode())
    except (InvalidSignature, ValueError) as e:
        need(False, f"the checkpoint is not signed by the ledger's key ({type(e).__name__})")
    parts = {"approved": "approvals", "checked": "reports", "assessed": "assessments", "script_approved": "script_approvals"}
    for kind, part in parts.items():
        hashes[kind] = {sha(canon(bare(one))).hex() for one in envelope[part]}
    hashes["restricted"] = {sha(b"sayso/v1/restriction\0" + salt + canon(one)).hex() for one in envelope["restrictions"]}
    found = {kind: set() for kind in hashes}
    events = json.loads(files["ledger.json"])["entries"]
    for one in events:
        entry = base64.b64decode(one["entry"])
        said = json.loads(entry)
        need(said["public_hash"] == name, "an entry is of another record")
        path = [base64.b64decode(step) for step in one["proof"]]
        need(root_of(sha(b"\0" + entry), one["index"], int(size), path) == base64.b64decode(root), f"entry {one['index']} is not in the ledger")
        for kind in {said["kind"]} & set(found):
            found[kind].update(v for k, v in said.items() if k.endswith("_sha256") or k == "restriction_hash")
    for kind, wanted in hashes.items():
        need(wanted <= found[kind], f"the ledger does not hold what was {kind}")
    need(found["restricted"] == hashes["restricted"], "a part was taken back, and the dossier does not say which")
    for path in files:
        need(not path.startswith("evidence/") or path[9:73] == listed[path], f"{path} is not what its name says")
    return record, identity, events, keys, origin

if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("dossier"), asked.add_argument("--controller-key"), asked.add_argument("--ledger-key")
    options = asked.parse_args()
    try:
        record, identity, events, keys, origin = verify(open(options.dossier, "rb").read(), options.controller_key, options.ledger_key)
    except UNREADABLE as e:
        sys.exit(f"NOT VERIFIED: this is no dossier that can be read ({type(e).__name__})")
    kinds = [json.loads(base64.b64decode(one["entry"]))["kind"] for one in events]
    ended = next((kind for kind in ("revoked", "declined", "superseded") if kind in kinds), None)
    print(f"{'Genuine, and ' + ended.upper() + ': do not rely on it' if ended else 'Verified'}: record {identity} of {record['subject']['name']} for {record['controller']['name']}")
    print("Ledger", origin, "says:", ", ".join(kinds), "(whether anything was left out, a dossier cannot say)")
    print("Controller's key:", keys["controller"], "\nLedger's key:    ", keys["ledger"])
