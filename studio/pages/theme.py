"""The studio's look as a Gradio theme; the same colours as studio/web/static/sayso.css."""

from __future__ import annotations

import gradio as gr

GREEN, GREEN_DARK, GREEN_ON_DARK = "#0e6352", "#0a4b3e", "#5fc7ae"
INK_ON_DARK_GREEN = "#10231e"
PAPER, PAPER_DARK, CARD_DARK = "#faf7f2", "#171614", "#201f1c"
# System fonts only: the page fetches nothing from elsewhere.
FONTS = ["Inter", "Segoe UI", "system-ui", "Noto Sans", "sans-serif"]


def house_theme() -> gr.themes.Base:
    """Warm paper, dark ink, one green."""
    theme: gr.themes.Base = gr.themes.Soft(neutral_hue="stone", radius_size="lg", font=FONTS, font_mono=["monospace"])
    return theme.set(
        body_background_fill=PAPER,
        body_background_fill_dark=PAPER_DARK,
        block_background_fill_dark=CARD_DARK,
        block_title_background_fill="transparent",
        block_title_background_fill_dark="transparent",
        block_title_text_color="*body_text_color",
        block_title_text_color_dark="*body_text_color",
        block_title_padding="0",
        button_primary_background_fill=GREEN,
        button_primary_background_fill_hover=GREEN_DARK,
        button_primary_background_fill_dark=GREEN_ON_DARK,
        button_primary_text_color="white",
        button_primary_text_color_dark=INK_ON_DARK_GREEN,
        checkbox_label_background_fill_selected=GREEN,
        checkbox_label_background_fill_selected_dark=GREEN_ON_DARK,
        checkbox_label_text_color_selected="white",
        checkbox_label_text_color_selected_dark=INK_ON_DARK_GREEN,
        checkbox_background_color_selected=GREEN_DARK,
        checkbox_border_color_selected=GREEN_DARK,
        link_text_color=GREEN,
        link_text_color_dark=GREEN_ON_DARK,
        link_text_color_hover=GREEN_DARK,
        body_text_color_subdued="#625c53",
        body_text_color_subdued_dark="#beb7ab",
    )
