"""The app's own words in the languages it speaks, through gettext; consent texts are studio.wordings."""
