"""May this take be made under the record? Clauses 4.13 to 4.23 of docs/consent-spec.md."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from consent.assurance import is_script_approved
from consent.grant import Modality, ReasonCode, TakeRequest
from consent.policy.standing import BOTH, NOTHING, RECORD, Outcome, Standing, TakeRule, failed, passed
from consent.restriction import taken_back
from consent.territory import covers_language, covers_territory
from consent.topics import mentions

_VIDEO = re.compile(r"[1-9][0-9]{0,4}x[1-9][0-9]{0,4}", re.ASCII)
_STILL = re.compile(r"[1-9][0-9]{0,4}x[1-9][0-9]{0,4}\.(png|jpg|jpeg|webp)", re.ASCII)
_AUDIO = frozenset({"wav", "mp3"})
_OR_NEW = ", or ask the subject for a new consent"


def modalities_of(form: str) -> frozenset[Modality]:
    """Return what of the person a format uses: video face and voice, still face, audio voice; all if it is unknown."""
    if form in _AUDIO:
        return frozenset({Modality.VOICE})
    if _STILL.fullmatch(form):
        return frozenset({Modality.FACE})
    if _VIDEO.fullmatch(form):
        return frozenset({Modality.FACE, Modality.VOICE})
    return frozenset(Modality)


def _same(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _listed(values: Iterable[str]) -> str:
    return ", ".join(sorted(values)) or "none"


def _named(granted: tuple[str, ...], asked: str, what: str) -> Outcome:
    """Compare a name with a list of names; an empty name is in no list."""
    needed = _listed(granted)
    if asked.strip() and _same(asked) in {_same(one) for one in granted}:
        return passed(needed, asked)
    found = asked or "none"
    return failed(
        needed,
        found,
        f"the {what} {found!r} is not in the consent ({needed}); use one of these{_OR_NEW}",
    )


def covers_modalities(standing: Standing, request: TakeRequest) -> Outcome:
    """4.13: what the format uses counts, whether or not the request names it."""
    granted = frozenset(standing.known_record().scope.modalities)
    used = request.modalities | modalities_of(request.format)
    needed, found = _listed(granted), _listed(used)
    beyond = used - granted
    if beyond:
        message = f"this take uses {_listed(beyond)}, the consent covers {needed}; choose another format{_OR_NEW}"
        return failed(needed, found, message)
    return passed(needed, found)


def covers_locale(standing: Standing, request: TakeRequest) -> Outcome:
    """4.14."""
    granted = standing.known_record().scope.languages
    needed = _listed(granted)
    if covers_language(granted, request.locale):
        return passed(needed, request.locale)
    found = request.locale or "none"
    message = f"the language {found!r} is not in the consent ({needed}); drop this take{_OR_NEW}"
    return failed(needed, found, message)


def covers_market(standing: Standing, request: TakeRequest) -> Outcome:
    """4.15."""
    granted = standing.known_record().scope.territories
    needed = _listed(granted)
    if covers_territory(granted, request.market):
        return passed(needed, request.market)
    found = request.market or "none"
    message = f"the market {found!r} does not lie in the consent's territories ({needed}); drop this take{_OR_NEW}"
    return failed(needed, found, message)


def covers_channel(standing: Standing, request: TakeRequest) -> Outcome:
    """4.16."""
    return _named(standing.known_record().scope.channels, request.channel, "channel")


def covers_brand(standing: Standing, request: TakeRequest) -> Outcome:
    """4.17."""
    return _named(standing.known_record().scope.brands, request.brand, "brand")


def covers_product(standing: Standing, request: TakeRequest) -> Outcome:
    """4.18."""
    return _named(standing.known_record().scope.products, request.product, "product")


def covers_assets(standing: Standing, request: TakeRequest) -> Outcome:
    """4.19: a face comes from a bound picture, and nothing else of the person may go in."""
    bound = {asset.sha256 for asset in standing.known_record().scope.assets}
    needed = "only the files that are bound by hash in the record"
    foreign = sorted(request.assets - bound)
    if foreign:
        found = ", ".join(sha256[:12] for sha256 in foreign)
        message = f"file {found} (SHA-256) is not bound in the consent; use the file that was signed{_OR_NEW}"
        return failed(needed, found, message)
    shows_face = bool(
        {Modality.FACE, Modality.BODY, Modality.GESTURES} & (request.modalities | modalities_of(request.format))
    )
    if shows_face and not request.assets:
        message = "this take shows a face and names no bound picture; name the portrait that the consent binds"
        return failed("a bound picture for the face", "none", message)
    return passed(needed, f"{len(request.assets)} of {len(bound)}")


def is_within_quota(standing: Standing, request: TakeRequest) -> Outcome:
    """4.20: distinct takes that left the house; this one may be among them when a release is finished after a crash."""
    most = standing.known_record().scope.max_takes
    releases = standing.known_ledger().releases(standing.name) if standing.name else ()
    released = {release.take_id for release in releases} - {request.take_id}
    promised = standing.promised - released - {request.take_id}
    if not promised:
        needed, found = f"fewer than {most} takes released", str(len(released))
    else:
        needed = f"fewer than {most} takes released or in the making"
        found = f"{len(released)} released, {len(promised)} in the making"
    if len(released) + len(promised) < most:
        return passed(needed, found)
    if not promised:
        do = f"all {most} takes of the consent are used ({found} released); ask for a new consent"
    else:
        do = f"all {most} takes of the consent are used ({found}); ask for fewer takes, or for a new consent"
    return failed(needed, found, do)


def _is_approved(standing: Standing, request: TakeRequest) -> bool:
    return is_script_approved(
        standing.known_envelope(),
        standing.known_record(),
        request.script_sha256,
        history=standing.history,
        controller_keys=standing.rulebook.controller_keys,
        at=standing.at,
    )


def is_script_agreed(standing: Standing, request: TakeRequest) -> Outcome:
    """4.21."""
    scope = standing.known_record().scope
    if scope.script_approval == "none":
        return passed("no approval of scripts", "none")
    needed = f"approval of this script by the {scope.script_approver}"
    if _is_approved(standing, request):
        return passed(needed, f"approval of script {request.script_sha256[:12]}")
    message = (
        f"this script (SHA-256 {request.script_sha256[:12]}) was not approved word by word; "
        f"ask for the {scope.script_approver}'s approval"
    )
    return failed(needed, "none for these words", message)


def keeps_off_topics(standing: Standing, request: TakeRequest) -> Outcome:
    """4.22: a topic without a list of words cannot be checked by machine, so a person must have read the script."""
    scope = standing.known_record().scope
    hits: list[str] = []
    unlisted: list[str] = []
    for topic in scope.prohibited_topics:
        words = standing.rulebook.topics.get(topic.casefold(), frozenset())
        if not words:
            unlisted.append(topic)
        named = {*mentions(request.script, words), *mentions(request.script, {topic})}
        hits.extend(f"{topic}: {hit}" for hit in sorted(named))
    hits.extend(f"the subject's own list: {hit}" for hit in mentions(request.script, scope.prohibited_words))
    needed = f"nothing about {_listed((*scope.prohibited_topics, *scope.prohibited_words))}"
    if hits:
        found = "; ".join(hits)
        return failed(needed, found, f"the script touches what the consent rules out ({found}); write it without")
    if unlisted and not _is_approved(standing, request):
        message = (
            f"there is no list of words for {_listed(unlisted)}, so no machine can check it; "
            f"let the {scope.script_approver} approve this script"
        )
        return failed(needed, f"no list of words for {_listed(unlisted)}, and no approval of this script", message)
    return passed(needed, "nothing of the kind")


def may_be_commercial(_: Standing, request: TakeRequest) -> Outcome:
    """4.23."""
    needed = "weights that may be used commercially"
    if request.commercial and request.weights_not_commercial:
        found = _listed(request.weights_not_commercial)
        message = f"the licence of {found} forbids commercial use; choose another engine for a commercial campaign"
        return failed(needed, found, message)
    return passed(needed, "a campaign that is not commercial" if not request.commercial else _listed(request.weights))


def is_not_taken_back(standing: Standing, request: TakeRequest) -> Outcome:
    """4.27: what the subject withdrew in part."""
    needed = "nothing that the subject took back"
    gone = taken_back(
        standing.known_envelope().restrictions,
        modalities=request.modalities | modalities_of(request.format),
        locale=request.locale,
        market=request.market,
        channel=request.channel,
        brand=request.brand,
        product=request.product,
    )
    if not gone:
        return passed(needed, "nothing")
    found = ", ".join(gone)
    return failed(needed, found, f"the subject withdrew the consent in part ({found}); drop this take{_OR_NEW}")


_C = ReasonCode
TAKE_RULES: tuple[TakeRule, ...] = (
    TakeRule(clause="4.13", title="modalities", code=_C.MODALITY_NOT_COVERED, needs=RECORD, check=covers_modalities),
    TakeRule(clause="4.14", title="language", code=_C.LANGUAGE_NOT_COVERED, needs=RECORD, check=covers_locale),
    TakeRule(clause="4.15", title="territory", code=_C.TERRITORY_NOT_COVERED, needs=RECORD, check=covers_market),
    TakeRule(clause="4.16", title="channel", code=_C.CHANNEL_NOT_COVERED, needs=RECORD, check=covers_channel),
    TakeRule(clause="4.17", title="brand", code=_C.BRAND_NOT_COVERED, needs=RECORD, check=covers_brand),
    TakeRule(clause="4.18", title="product", code=_C.PRODUCT_NOT_COVERED, needs=RECORD, check=covers_product),
    TakeRule(clause="4.19", title="assets", code=_C.ASSET_NOT_COVERED, needs=RECORD, check=covers_assets),
    TakeRule(clause="4.20", title="quota", code=_C.QUOTA_EXHAUSTED, needs=BOTH, check=is_within_quota),
    TakeRule(clause="4.21", title="script approval", code=_C.SCRIPT_NOT_APPROVED, needs=BOTH, check=is_script_agreed),
    TakeRule(clause="4.22", title="topics", code=_C.PROHIBITED_TOPIC, needs=BOTH, check=keeps_off_topics),
    TakeRule(clause="4.23", title="licences", code=_C.WEIGHTS_NOT_COMMERCIAL, needs=NOTHING, check=may_be_commercial),
    TakeRule(clause="4.27", title="not taken back", code=_C.REVOKED, needs=RECORD, check=is_not_taken_back),
)
