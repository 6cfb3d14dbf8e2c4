"""What people agree to before their first video: the text's version, and what it says of places."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.config import Settings
from bot.texts import Catalogue
from storage.consents import Agreement

TEXT_VERSION = 1
"""Raise it when the question changes, or what /privacy and /terms promise: all are asked anew."""

HERE = "here"
"""Where videos are made on the bot's own machine."""

_REGIONS = {
    "dashscope.aliyuncs.com": "beijing",
    "dashscope-intl.aliyuncs.com": "singapore",
    "cn-beijing.maas.aliyuncs.com": "beijing",
    "ap-southeast-1.maas.aliyuncs.com": "singapore",
}
_SERVICES = {"beijing": "service-beijing", "singapore": "service-singapore"}
_MILLISECONDS_PER_HOUR = 3_600_000


def agreement_of(settings: Settings) -> Agreement:
    """What holds with these settings."""
    only_here = set(settings.engines) == {"preview"}
    destination = HERE if only_here else _region(settings.dashscope_base_url)
    return Agreement(TEXT_VERSION, destination, settings.keep_results_milliseconds)


def service_name(texts: Catalogue, agreement: Agreement) -> str:
    """The video service as a person reads it."""
    key = _SERVICES.get(agreement.destination)
    return texts.plain(key) if key else texts.plain("service-other", host=agreement.destination)


def full_text(texts: Catalogue, agreement: Agreement) -> str:
    """The question at full length."""
    hours = keep_hours(agreement)
    if agreement.destination == HERE:
        return texts.html("consent-question-here", hours=hours)
    service = service_name(texts, agreement)
    return texts.html("consent-question", service=service, hours=hours)


def short_text(texts: Catalogue, agreement: Agreement) -> str:
    """The question for a group."""
    if agreement.destination == HERE:
        return texts.html("consent-group-here")
    return texts.html("consent-group", service=service_name(texts, agreement))


def keep_hours(agreement: Agreement) -> float:
    """How long videos are kept here."""
    return agreement.keep_milliseconds / _MILLISECONDS_PER_HOUR


def _region(base_url: str) -> str:
    """A region of the provider's, or the host's name where it is none of them."""
    host = urlsplit(base_url).hostname or base_url
    for ending, region in _REGIONS.items():
        if host == ending or host.endswith(f".{ending}"):
            return region
    return host
