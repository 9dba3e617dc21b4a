"""A consent record in plain words: every term that is in it, what it does not allow, and how to take it back.

The text depends on the record and the language alone, so that its hash can be bound into the record before it is filed
and checked ever after. The record's own notice is left out: it holds that hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, get_currency_precision

from consent.record import ConsentRecord
from studio.wordings.texts import Wording, nearest, wording


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSentence:
    """One paragraph with its heading."""

    key: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownText:
    """The record as it is shown."""

    language: str
    version: str
    sentences: tuple[ShownSentence, ...]

    @property
    def sha256(self) -> str:
        """Hash of the text: one line a sentence, key, heading and text apart by tabs, in UTF-8."""
        lines = "".join(f"{one.key}\t{one.heading}\t{one.text}\n" for one in self.sentences)
        return hashlib.sha256(lines.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementText:
    """What the subject says aloud. ``code`` is written with gaps in ``text``, so that it is read digit by digit."""

    text: str
    name: str
    company: str
    code: str


class RecordWordings:
    """Says records in every language of assets/wordings."""

    def show(self, record: ConsentRecord, *, language: str) -> ShownText:
        """The record, sentence by sentence, in the language nearest to this one."""
        words = wording(nearest(language))
        fields = _Fields(record, words)
        sentences = tuple(
            ShownSentence(key=key, heading=words.record[key][0], text=words.record[key][1].format_map(fields.values))
            for key in _keys(record)
        )
        return ShownText(language=words.language, version=words.version, sentences=sentences)

    def summary(self, record: ConsentRecord, *, language: str) -> str:
        """The record in one sentence."""
        words = wording(nearest(language))
        values = _Fields(record, words).values
        return words.page["summary_text"].format_map({**values, "until": values["valid_until"]})

    def names(self, record: ConsentRecord, *, language: str) -> Mapping[str, Mapping[str, str]]:
        """Field of the scope -> value -> how people call it, for the lists from which one takes away."""
        fields, scope = _Fields(record, wording(nearest(language))), record.scope
        return {
            "modalities": {one.value: fields.modality(one.value) for one in scope.modalities},
            "languages": {one: fields.language(one) for one in scope.languages},
            "territories": {one: fields.territory(one) for one in scope.territories},
            "channels": {one: one for one in scope.channels},
            "brands": {one: one for one in scope.brands},
            "products": {one: one for one in scope.products},
        }

    def statement_text(self, record: ConsentRecord, *, language: str, code: str) -> StatementText:
        """The statement to be spoken, in the language nearest to this one."""
        words = wording(nearest(language))
        name = record.subject.spoken_name or record.subject.name
        values = {**_Fields(record, words).values, "name": name, "code": " ".join(code)}
        values["until"], values["company"] = values["valid_until"], record.controller.name
        return StatementText(
            text=words.statement.format_map(values), name=name, company=record.controller.name, code=code
        )


def _keys(record: ConsentRecord) -> Iterator[str]:
    """Which sentences this record needs, in the order in which they are read."""
    scope = record.scope
    yield from ("who", "what", "modalities", "languages", "territories", "channels", "products", "time", "takes")
    yield "scripts_free" if scope.script_approval == "none" else f"scripts_{scope.script_approver}"
    yield "topics" if scope.prohibited_topics else "topics_none"
    if scope.prohibited_words:
        yield "words"
    yield "assets" if scope.assets else "assets_none"
    yield "paid" if scope.paid_media else "paid_no"
    yield "changed" if any(scope.alterations.model_dump().values()) else "changed_no"
    yield from ("not_allowed", "label")
    yield "money" if record.money else "money_none"
    yield "recipients" if record.recipients else "recipients_none"
    yield "retention"
    if record.biometric_checks:
        yield "checks"
    yield "withdrawal_down" if record.withdrawal.published == "take_down" else "withdrawal_keep"
    if record.representation:
        yield "advice"
    if record.guardian:
        yield "guardian"
    yield "contact"


class _Fields:
    """The values of the placeholders, in the words of one language."""

    def __init__(self, record: ConsentRecord, words: Wording) -> None:
        self._words = words
        self._locale = Locale.parse(words.language, sep="-")
        scope, retention = record.scope, record.retention
        self.values: Mapping[str, str] = {
            "controller": record.controller.name,
            "contact": record.controller.contact,
            "name": record.subject.name,
            "description": scope.description,
            "modalities": self._list(words.words[one.value] for one in scope.modalities),
            "languages": self._list(map(self.language, scope.languages)),
            "territories": self._list(map(self.territory, scope.territories)),
            "channels": self._list(scope.channels),
            "brands": self._list(scope.brands),
            "products": self._list(scope.products),
            "valid_from": self._date(scope.valid_from),
            "valid_until": self._date(scope.valid_until),
            "max_takes": str(scope.max_takes),
            "topics": self._list(scope.prohibited_topics),
            "words": self._list(scope.prohibited_words),
            "assets": self._list(asset.name for asset in scope.assets),
            "changes": self._list(words.words[name] for name, may in scope.alterations.model_dump().items() if may),
            "fee": self._fee(record),
            "terms": (record.money.terms or "") if record.money else "",
            "recipients": self._list(f"{one.name} ({one.role})" for one in record.recipients),
            "footage": self._days(retention.footage_days),
            "templates": self._days(retention.template_days),
            "evidence": self._days(retention.evidence_days),
            "channel": record.withdrawal.channel,
            "days": self._days(record.withdrawal.take_down_days),
            "advice": self._list(_advisers(record)),
            "guardian": record.guardian.name if record.guardian else "",
        }

    def _list(self, items: Iterable[str]) -> str:
        known = list(items)
        return format_list(known, locale=self._locale) if known else self._words.words["nothing"]

    def modality(self, name: str) -> str:
        return self._words.words[name]

    def language(self, tag: str) -> str:
        parsed = Locale.parse(tag, sep="-", resolve_likely_subtags=False)
        return parsed.get_display_name(self._locale) or tag

    def territory(self, code: str) -> str:
        if code in {"EU", "WORLD"}:
            return self._words.words[code.lower()]
        country = self._locale.territories.get(code.split("-", maxsplit=1)[0], code)
        return country if "-" not in code else f"{country} ({code.split('-', 1)[1]})"

    def _date(self, day: date) -> str:
        return format_date(day, format="long", locale=self._locale)

    def _days(self, count: int) -> str:
        return self._words.words["days"].format(count=count)

    def _fee(self, record: ConsentRecord) -> str:
        if record.money is None:
            return ""
        places = get_currency_precision(record.money.currency)
        amount = Decimal(record.money.fee_minor_units).scaleb(-places)
        return format_currency(amount, record.money.currency, locale=self._locale)


def _advisers(record: ConsentRecord) -> Iterator[str]:
    if record.representation is not None:
        named = (record.representation.counsel, record.representation.union, record.representation.agreement)
        yield from (one for one in named if one)
