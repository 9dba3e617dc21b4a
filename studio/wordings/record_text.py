"""A consent record in plain words: every term that is in it, what it does not allow, and how to take it back.

The text depends on the record and the language alone, so that its hash can be bound into the record before it is filed
and checked ever after. The record's own notice is left out: it holds that hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from consent.record import ConsentRecord
from studio.wordings.local import Local
from studio.wordings.texts import Wording, nearest, wording

# These begin with a word of ours, which takes a capital; what people wrote themselves stays as they wrote it.
_BEGINS_WITH_OURS: Final = frozenset({"languages", "territories", "changed"})


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
            ShownSentence(key=key, heading=words.record[key][0], text=_said(key, words.record[key][1], fields.values))
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
            "languages": {one: fields.local.language(one) for one in scope.languages},
            "territories": {one: fields.local.territory(one) for one in scope.territories},
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


def _said(key: str, text: str, values: Mapping[str, str]) -> str:
    said = text.format_map(values)
    return said[:1].upper() + said[1:] if key in _BEGINS_WITH_OURS else said


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
        self.local = local = Local(words)
        scope, retention = record.scope, record.retention
        self.values: Mapping[str, str] = {
            "controller": record.controller.name,
            "contact": record.controller.contact,
            "name": record.subject.name,
            "description": scope.description,
            "modalities": local.listed(self.modality(one.value) for one in scope.modalities),
            "languages": local.listed(map(local.language, scope.languages)),
            "territories": local.listed(map(local.territory, scope.territories)),
            "channels": local.listed(scope.channels),
            "brands": local.listed(scope.brands),
            "products": local.listed(scope.products),
            "valid_from": local.day(scope.valid_from),
            "valid_until": local.day(scope.valid_until),
            "max_takes": local.number(scope.max_takes),
            "topics": local.listed(map(local.topic, scope.prohibited_topics)),
            "words": local.listed(scope.prohibited_words),
            "assets": local.listed(asset.name for asset in scope.assets),
            "changes": local.listed(words.words[name] for name, may in scope.alterations.model_dump().items() if may),
            "fee": local.money(record.money.fee_minor_units, record.money.currency) if record.money else "",
            "terms": (record.money.terms or "") if record.money else "",
            "recipients": local.listed(f"{one.name} ({words.words[f'role_{one.role}']})" for one in record.recipients),
            "footage": local.days(retention.footage_days),
            "templates": local.days(retention.template_days),
            "evidence": local.days(retention.evidence_days),
            "channel": record.withdrawal.channel,
            "within": local.within(record.withdrawal.take_down_days),
            "advice": local.listed(_advisers(record)),
            "guardian": record.guardian.name if record.guardian else "",
        }

    def modality(self, name: str) -> str:
        return self._words.words[name]


def _advisers(record: ConsentRecord) -> Iterator[str]:
    if record.representation is not None:
        named = (record.representation.counsel, record.representation.union, record.representation.agreement)
        yield from (one for one in named if one)
