"""Where a take may be shown and in which language it may speak: what covers what.

Territories are ISO 3166 codes ("FR", "US-NY"), "EU" for its member states, and "WORLD". Anything else, such as a
market that is no place ("generic"), lies in "WORLD" only. Languages follow RFC 4647, 3.3.1 (basic filtering).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

WORLD = "WORLD"
EU = "EU"
_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU_MEMBERS = frozenset(_EU.split())
# ISO 3166-1 alpha-2, officially assigned codes.
_ISO_3166 = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO "
    "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE "
    "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
    "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW "
    "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
    "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
)
COUNTRIES = frozenset(_ISO_3166.split())
_SUBDIVISION = re.compile(r"([A-Z]{2})-[A-Z0-9]{1,3}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{4})?(-([A-Z]{2}|[0-9]{3}))?", re.ASCII)


def is_territory(code: str) -> bool:
    """Say whether a consent may name this place."""
    subdivision = _SUBDIVISION.fullmatch(code)
    return code in (WORLD, EU) or (subdivision.group(1) if subdivision else code) in COUNTRIES


def is_language(tag: str) -> bool:
    """Say whether this is a language tag such as "fr", "pt-BR" or "zh-Hant-TW" (BCP 47, without variants)."""
    return _LANGUAGE.fullmatch(tag) is not None


def covers_territory(granted: Iterable[str], market: str) -> bool:
    """Say whether places granted cover this market: the whole covers its parts, all members cover the EU."""
    if not market:
        return False  # not even the world covers what nobody named
    places = frozenset(granted)
    if WORLD in places or market in places:
        return True
    subdivision = _SUBDIVISION.fullmatch(market)
    country = subdivision.group(1) if subdivision else market
    if country in places or (country in EU_MEMBERS and EU in places):
        return True
    return market == EU and places >= EU_MEMBERS


def covers_language(granted: Iterable[str], locale: str) -> bool:
    """Say whether a granted language covers this locale: "pt" covers "pt-BR", and not the other way."""
    asked = locale.casefold()
    return any(asked == one or asked.startswith(one + "-") for one in (tag.casefold() for tag in granted) if one)
