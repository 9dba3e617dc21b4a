"""The fields of the form that asks for a consent: one table for the new request and for the new version.

A field's name is its dotted path in consent.toml (docs/consent-spec.md 2), so that every complaint finds its field.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from babel import Locale

from consent.record import Alterations
from studio.review.desk import ReviewDesk

Kind: TypeAlias = Literal["text", "area", "email", "date", "number", "list", "choice", "checks", "switch", "money"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field. ``options`` are (value, words); ``is_fixed``: no new version can change it."""

    path: str
    kind: Kind
    label: str
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    is_required: bool = False
    is_fixed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Fields that belong together; ``is_open``: shown without asking."""

    title: str
    about: str
    fields: tuple[Field, ...]
    is_open: bool = True


def form_of(desk: ReviewDesk) -> tuple[Group, ...]:
    """Return the form, with the names that this installation knows."""
    return (_person(desk.languages), _use(desk.channels), _limits(desk.topics), _terms(), _advice())


def _person(languages: tuple[str, ...]) -> Group:
    return Group(
        title="The person",
        about="Whom you ask. The link goes to this contact and nowhere else.",
        fields=(
            Field(path="subject.name", kind="text", label="Name", is_required=True, is_fixed=True),
            Field(
                path="subject.contact",
                kind="email",
                label="E-mail address",
                is_required=True,
                is_fixed=True,
            ),
            Field(
                path="subject.language",
                kind="choice",
                label="Language they read",
                hint="The consent is shown, spoken and signed in it.",
                options=tuple((tag, Locale.parse(tag, sep="-").get_display_name("en") or tag) for tag in languages),
                is_required=True,
            ),
            Field(path="subject.birth_year", kind="number", label="Year of birth", is_required=True),
            Field(
                path="subject.birth_date",
                kind="date",
                label="Date of birth",
                hint="Only where the year leaves open whether they are of age.",
            ),
            Field(
                path="subject.spoken_name",
                kind="text",
                label="Name as it is spoken",
                hint="Where spelling and sound differ.",
            ),
            Field(path="subject.residence", kind="text", label="Country of residence", hint="Such as FR or US-NY."),
        ),
    )


def _use(channels: tuple[str, ...]) -> Group:
    return Group(
        title="What it is for",
        about="Whatever is not named here is not allowed.",
        fields=(
            Field(path="controller.name", kind="text", label="Company", is_required=True),
            Field(path="controller.contact", kind="email", label="Company's contact for privacy", is_required=True),
            Field(
                path="scope.description",
                kind="area",
                label="What will be made, in plain words",
                hint="Specific enough to picture it; the law of New York and California asks for that.",
                is_required=True,
            ),
            Field(
                path="scope.modalities",
                kind="checks",
                label="What is used of them",
                options=(("face", "Face"), ("voice", "Voice")),
                is_required=True,
            ),
            Field(path="scope.brands", kind="list", label="Brands", hint="Separated by commas.", is_required=True),
            Field(path="scope.products", kind="list", label="Products", hint="Separated by commas.", is_required=True),
            Field(
                path="scope.languages",
                kind="list",
                label="Languages they will speak",
                hint="Such as en, fr, pt-BR.",
                is_required=True,
            ),
            Field(
                path="scope.territories",
                kind="list",
                label="Places",
                hint="Such as FR, EU, US-NY. WORLD is everywhere, and asks for a good reason.",
                is_required=True,
            ),
            Field(
                path="scope.channels",
                kind="checks",
                label="Channels",
                options=tuple((name, name) for name in channels),
                is_required=True,
            ),
        ),
    )


def _limits(topics: tuple[str, ...]) -> Group:
    per_script = (("none", "No"), ("per_script", "Yes, word by word"))
    approver = (("subject", "The person"), ("controller", "The company"))
    return Group(
        title="Limits",
        about="",
        fields=(
            Field(path="scope.valid_from", kind="date", label="From", is_required=True),
            Field(path="scope.valid_until", kind="date", label="Until", hint="To its end.", is_required=True),
            Field(path="scope.max_takes", kind="number", label="Takes at most", is_required=True),
            Field(path="scope.script_approval", kind="choice", label="Is each script approved?", options=per_script),
            Field(path="scope.script_approver", kind="choice", label="Who approves scripts", options=approver),
            Field(
                path="scope.prohibited_topics",
                kind="checks",
                label="Topics ruled out",
                hint="A sensitive topic that is not ruled out needs two people to approve.",
                options=tuple((name, name) for name in topics),
            ),
            Field(path="scope.prohibited_words", kind="list", label="Words ruled out", hint="Separated by commas."),
            Field(path="scope.paid_media", kind="switch", label="May run as paid advertising"),
            Field(
                path="scope.alterations",
                kind="checks",
                label="May be changed about the person",
                options=tuple((name, name.capitalize()) for name in Alterations.model_fields),
            ),
        ),
    )


def _terms() -> Group:
    capture = (("live", "Recorded live on the page"), ("upload_allowed", "Live, or sent as a file (two approvals)"))
    published = (("take_down", "Take down what was published"), ("keep", "Keep what was published"))
    return Group(
        title="Terms",
        about="",
        fields=(
            Field(path="money.currency", kind="text", label="Currency", hint="Such as EUR."),
            Field(path="money.fee_minor_units", kind="money", label="Fee", hint="Such as 1500.00."),
            Field(path="money.terms", kind="area", label="Terms of payment"),
            Field(path="statement", kind="choice", label="Spoken statement", options=capture),
            Field(
                path="withdrawal.published",
                kind="choice",
                label="After a withdrawal",
                options=published,
            ),
            Field(path="withdrawal.take_down_days", kind="number", label="Days to take it down"),
            Field(path="retention.footage_days", kind="number", label="Days that footage is kept afterwards"),
            Field(path="retention.template_days", kind="number", label="Days that voice and face profiles are kept"),
            Field(path="retention.evidence_days", kind="number", label="Days that the evidence is kept"),
        ),
        is_open=False,
    )


def _advice() -> Group:
    return Group(
        title="Guardian and advice",
        about="A minor needs a guardian, who signs over a link of their own.",
        fields=(
            Field(path="guardian.name", kind="text", label="Guardian's name", is_fixed=True),
            Field(path="guardian.contact", kind="email", label="Guardian's e-mail address", is_fixed=True),
            Field(path="representation.counsel", kind="text", label="Counsel"),
            Field(path="representation.union", kind="text", label="Union"),
            Field(path="representation.agreement", kind="text", label="Union agreement"),
        ),
        is_open=False,
    )
