"""The words of click itself, which reads them from gettext: here they are marked and bound."""

from __future__ import annotations

import gettext
import os

from oncall.core.words import N_
from oncall.i18n import DOMAIN, LOCALE

#: What click looks up when a command is explained or called wrongly.
TEXTS = (
    N_("Usage:"),
    N_("Options"),
    N_("Positional arguments"),
    N_("Missing argument"),
    N_("Missing option"),
    N_("Missing parameter"),
    N_("Missing command."),
    N_("Missing {param_type}"),
    N_("No such command {name!r}."),
    N_("No such option {name!r}."),
    N_("Option {name!r} does not take a value."),
    N_("Invalid value for {param_hint}: {message}"),
    N_("Invalid value: {message}"),
    N_("{value!r} is not a valid {number_type}."),
    N_("{value} is not in the range {range}."),
    N_("{name} {filename!r} does not exist."),
    N_("{name} {filename!r} is a directory."),
    N_("{name} {filename!r} is a file."),
    N_("{name} {filename!r} is not readable."),
    N_("{name} {filename!r} is not writable."),
    N_("Could not open file {filename!r}: {message}"),
    N_("file"),
    N_("directory"),
    N_("path"),
    N_("default: {default}"),
    N_("required"),
    N_("Aborted!"),
    N_("Error: {message}"),
    N_("%(prog)s, version %(version)s"),
)


def speak(lang: str) -> None:
    """From now on click says its own words in ``lang``."""
    gettext.bindtextdomain(DOMAIN, str(LOCALE))
    gettext.textdomain(DOMAIN)
    # The only way to tell gettext's plain functions, which click calls, what to speak.
    os.environ["LANGUAGE"] = lang
