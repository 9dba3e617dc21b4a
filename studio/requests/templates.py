"""What each kind of deal asks for where nobody said otherwise: one file of ``assets/requests`` each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from consent.errors import ConsentStateError
from consent.record import ConsentRecord, Deal, Line, SubjectClass, Text
from consent.tomlfile import read_toml
from studio.errors import UsageError

DEALS: tuple[Deal, ...] = get_args(Deal)


class _Scope(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    script_approval: Literal["none", "per_script"]
    script_approver: Literal["subject", "controller"]
    prohibited_topics: tuple[Line, ...]
    paid_media: bool


class _Retention(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    footage_days: int
    template_days: int
    evidence_days: int


class _Withdrawal(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    published: Literal["take_down", "keep"]
    take_down_days: int


class _TemplateFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Line
    about: Text
    subject_class: SubjectClass = Field(alias="class")
    statement: Literal["live", "upload_allowed"] | None = None
    scope: _Scope
    retention: _Retention
    withdrawal: _Withdrawal


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One kind of deal. ``defaults`` are tables of a record, as JSON."""

    deal: Deal
    title: str
    about: str
    subject_class: SubjectClass
    statement: Literal["live", "upload_allowed"] | None
    defaults: Mapping[str, Mapping[str, object]]

    @property
    def needs_statement(self) -> bool:
        """Whether a person is shown, who then speaks a statement that face and voice are checked with."""
        return self.subject_class == "replica"

    def filled(self, record: ConsentRecord, *, written: Mapping[str, object]) -> ConsentRecord:
        """Return the record with this deal's defaults for what nobody wrote.

        Args:
            record: what was read from consent.toml.
            written: the file's own tables, to tell a default from a choice.

        Raises:
            ConsentStateError: the class, or the deal that is written there, is another.
        """
        if record.deal not in (None, self.deal):
            raise ConsentStateError(f"the terms are for the deal {record.deal}, not {self.deal}; change one of them")
        if record.subject_class != self.subject_class:
            raise ConsentStateError(
                f"the deal {self.deal} is for the class {self.subject_class}, the terms say {record.subject_class}; "
                "change one of them"
            )
        terms = record.model_dump(mode="json", by_alias=True, exclude_none=True)
        for table, defaults in self.defaults.items():
            chosen = written.get(table)
            chosen = chosen if isinstance(chosen, Mapping) else {}
            terms[table] |= {name: value for name, value in defaults.items() if name not in chosen}
        terms["deal"] = self.deal
        if self.needs_statement:
            terms["statement"] = written.get("statement", self.statement)
            terms["biometric_checks"] = "agreed"  # the subject agrees by signing; the wording says so
        try:
            return ConsentRecord.model_validate_json(json.dumps(terms), strict=True)
        except ValidationError as e:
            first = e.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise ConsentStateError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from e


def load_template(folder: Path, deal: str) -> Template:
    """Read a deal's template.

    Raises:
        UsageError: there is no such deal.
    """
    known = next((one for one in DEALS if one == deal), None)
    if known is None:
        raise UsageError(f"{deal!r} is no kind of deal; choose from {', '.join(DEALS)}")
    file = read_toml(folder / f"{known}.toml").validate(_TemplateFile)
    return Template(
        deal=known,
        title=file.title,
        about=" ".join(file.about.split()),
        subject_class=file.subject_class,
        statement=file.statement,
        defaults={
            "scope": {**file.scope.model_dump(mode="json"), "prohibited_topics": sorted(file.scope.prohibited_topics)},
            "retention": file.retention.model_dump(mode="json"),
            "withdrawal": file.withdrawal.model_dump(mode="json"),
        },
    )


def load_templates(folder: Path) -> tuple[Template, ...]:
    """Read all of them, in the order in which people are shown them."""
    return tuple(load_template(folder, deal) for deal in DEALS)
