"""The first page: pick a subject and a script, choose languages and formats, watch, play, download."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import gradio as gr

from consent.errors import ConsentError
from pipelines.errors import PipelineError
from studio.errors import StudioError
from studio.pages.desk import Desk, LocaleChoice, Order, SubjectCard, covers_language
from studio.pages.markup import progress_html, releases_html, subject_html
from studio.store.campaigns import TakeRow

FORMATS = (("Landscape 16:9", "1920x1080"), ("Portrait 9:16", "1080x1920"), ("Square 1:1", "1080x1080"))
SCRIPT_CHARACTERS_MAX = 4000
Update = dict[str, object]  # what gr.update returns
Event = Callable[..., gr.events.Dependency]
REFRESH_S = 1.0


class CreatePage:
    """The page's handlers. Each reads widgets, calls one action and returns what to show."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def card(self, record_id: str | None) -> SubjectCard | None:
        """The subject with this record, if its consent still stands."""
        return next((card for card in self._desk.subjects() if card.record_id == record_id), None)

    def choose(self, record_id: str | None) -> tuple[str, Update, Update, Update, Update]:
        """Show what this subject's consent covers, and offer only that."""
        card = self.card(record_id)
        if card is None:
            empty = gr.update(choices=[], value=None)
            return subject_html(None), empty, empty, empty, gr.update(choices=[], value=[])
        offered = [(loc.name, loc.code) for loc in self._offered(card)]
        return (
            subject_html(card),
            gr.update(choices=list(card.brands), value=card.brands[0]),
            gr.update(choices=list(card.products), value=card.products[0]),
            gr.update(choices=list(card.channels), value=card.channels[0]),
            gr.update(choices=offered, value=[code for _, code in offered if code in self._desk.examples][:2]),
        )

    def _offered(self, card: SubjectCard) -> tuple[LocaleChoice, ...]:
        return tuple(loc for loc in self._desk.locales if covers_language(card.languages, loc.code))

    def show_scripts(self, codes: list[str]) -> list[Update]:
        """Show a script field for each chosen language."""
        return [gr.update(visible=loc.code in codes) for loc in self._desk.locales]

    def render(
        self,
        record_id: str | None,
        brand: str | None,
        product: str | None,
        channel: str | None,
        codes: list[str],
        formats: list[str],
        title: str,
        call_to_action: str,
        *scripts: str,
    ) -> tuple[str, str, str, Update]:
        """Order the takes, or say in one sentence what is missing."""
        by_locale = {loc.code: text.strip() for loc, text in zip(self._desk.locales, scripts, strict=True)}
        wanted = {code: by_locale[code] for code in codes}
        card = self.card(record_id)
        missing = _missing(card, formats, wanted)
        if card is None or missing:
            raise gr.Error(missing or "Pick a subject first.", print_exception=False)
        order = Order(
            record_id=card.record_id,
            portrait=card.portrait,
            brand=brand or "",
            product=product or "",
            channel=channel or "",
            title=title.strip(),
            call_to_action=call_to_action.strip(),
            formats=tuple(formats),
            scripts=wanted,
        )
        try:
            campaign_id = self._desk.order(order)
        except (StudioError, ConsentError, PipelineError) as e:
            raise gr.Error(str(e), print_exception=False) from e
        return (campaign_id, *self.show(campaign_id))

    def show(self, campaign_id: str) -> tuple[str, str, Update]:
        """How far the takes are, what was released, and whether to keep looking."""
        if not campaign_id:
            return progress_html((), described={}), "", gr.update(active=False)
        takes = self._desk.takes(campaign_id)
        described = {take.id: self._title(take) for take in takes}
        is_open = any(not take.status.is_final for take in takes)
        return (
            progress_html(takes, described=described),
            releases_html(takes, described=described),
            gr.update(active=is_open),
        )

    def _title(self, take: TakeRow) -> str:
        plan = json.loads(take.plan)
        name = next((loc.name for loc in self._desk.locales if loc.code == plan["locale"]), plan["locale"])
        return f"{name} · {plan['format']}"

    def stop(self, campaign_id: str) -> tuple[str, str, Update]:
        """Stop what has not finished."""
        if campaign_id:
            self._desk.cancel(campaign_id)
        return self.show(campaign_id)

    def recent(self) -> Update:
        """The newest campaigns, to open again."""
        choices = [
            (f"{row.brand} · {row.product} · {row.created_at:%d %b %H:%M}", row.id) for row in self._desk.recent()
        ]
        return gr.update(choices=choices)


def _missing(card: SubjectCard | None, formats: list[str], wanted: dict[str, str]) -> str:
    if card is None:
        return "Pick a subject first."
    if not formats:
        return "Choose at least one format."
    if not wanted:
        return "Choose at least one language."
    empty = [code for code, text in wanted.items() if not text]
    if empty:
        return f"Write a script for {', '.join(empty)}."
    long = [code for code, text in wanted.items() if len(text) > SCRIPT_CHARACTERS_MAX]
    return f"The script for {', '.join(long)} is longer than {SCRIPT_CHARACTERS_MAX} characters." if long else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Widgets:
    """The page's widgets, in the order of the page."""

    subject: gr.Radio
    about: gr.HTML
    brand: gr.Dropdown
    product: gr.Dropdown
    channel: gr.Dropdown
    languages: gr.CheckboxGroup
    formats: gr.CheckboxGroup
    scripts: list[gr.Textbox]
    title: gr.Textbox
    call_to_action: gr.Textbox
    go: gr.Button
    stop: gr.Button
    progress: gr.HTML
    releases: gr.HTML
    earlier: gr.Dropdown


def build_page(desk: Desk) -> gr.Blocks:
    """Lay the page out and connect its handlers."""
    page = CreatePage(desk)
    blocks: gr.Blocks = gr.Blocks(title="Sayso studio", analytics_enabled=False, delete_cache=(3600, 86400))
    with blocks:
        widgets = _lay_out(desk, page)
        _connect(blocks, page, widgets)
    return blocks


def _lay_out(desk: Desk, page: CreatePage) -> Widgets:
    cards = desk.subjects()
    first = cards[0].record_id if cards else None
    gr.HTML(
        "<div class='top'><img src='/static/sayso-mark.svg' alt=''><h1>Make an ad</h1>"
        "<a href='/verify' target='_blank'>Check a file</a>"
        "<a href='/legal/' target='_blank'>Legal: requests and consents</a></div>"
    )
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=360):
            named = [(card.name, card.record_id) for card in cards]
            subject = gr.Radio(named, value=first, label="1. Who speaks", elem_id="subject")
            about = gr.HTML(subject_html(page.card(first)))
            with gr.Row():
                brand = gr.Dropdown(label="Brand", interactive=True)
                product = gr.Dropdown(label="Product", interactive=True)
                channel = gr.Dropdown(label="Channel", interactive=True)
            languages = gr.CheckboxGroup(label="2. Languages", elem_id="languages")
            formats = gr.CheckboxGroup(list(FORMATS), value=["1080x1920"], label="3. Formats", elem_id="formats")
        with gr.Column(scale=7, min_width=420):
            gr.HTML("<h2>4. Script</h2>")
            scripts = [_script_field(desk, locale) for locale in desk.locales]
            with gr.Row():
                title = gr.Textbox(label="Title on screen (optional)", max_lines=1)
                call = gr.Textbox(label="Call to action on the end card (optional)", max_lines=1)
            with gr.Row():
                go = gr.Button("Render", variant="primary", elem_id="render")
                stop = gr.Button("Stop", elem_id="stop")
            progress = gr.HTML(progress_html((), described={}), elem_id="progress")
            releases = gr.HTML(elem_id="releases")
            with gr.Accordion("Earlier campaigns", open=False):
                earlier = gr.Dropdown(label="Open again", interactive=True, elem_id="earlier")
    return Widgets(
        subject=subject,
        about=about,
        brand=brand,
        product=product,
        channel=channel,
        languages=languages,
        formats=formats,
        scripts=scripts,
        title=title,
        call_to_action=call,
        go=go,
        stop=stop,
        progress=progress,
        releases=releases,
        earlier=earlier,
    )


def _script_field(desk: Desk, locale: LocaleChoice) -> gr.Textbox:
    example = desk.examples.get(locale.code, "")
    return gr.Textbox(
        value=example, label=locale.name, lines=3, max_lines=12, visible=False, elem_id=f"script-{locale.code}"
    )


def _connect(blocks: gr.Blocks, page: CreatePage, w: Widgets) -> None:
    campaign = gr.State("")
    ticker = gr.Timer(REFRESH_S, active=False)
    shown = [w.progress, w.releases, ticker]
    covered = [w.about, w.brand, w.product, w.channel, w.languages]
    chosen = [w.subject, w.brand, w.product, w.channel, w.languages, w.formats, w.title, w.call_to_action, *w.scripts]

    def on(event: Event, act: Callable[..., object], inputs: object, outputs: object) -> gr.events.Dependency:
        """Connect one handler; none of them is offered as an API, and none hides the page behind a spinner."""
        return event(act, inputs, outputs, api_visibility="private", show_progress="hidden")

    for event in (w.subject.change, blocks.load):
        offered = on(event, page.choose, w.subject, covered)
        on(offered.then, page.show_scripts, w.languages, w.scripts)
    on(w.languages.change, page.show_scripts, w.languages, w.scripts)
    ordered = on(w.go.click, page.render, chosen, [campaign, *shown])
    for event in (ordered.then, blocks.load):
        on(event, page.recent, None, w.earlier)
    on(w.stop.click, page.stop, campaign, shown)
    on(ticker.tick, page.show, campaign, shown)
    picked = on(w.earlier.input, str, w.earlier, campaign)
    on(picked.then, page.show, campaign, shown)
