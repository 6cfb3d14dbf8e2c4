"""An authority for the certificates of all the tests here, which httpx trusts."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from bot import http_client, network
from bot.http_server import LOOPBACK


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Whose certificates the local servers have."""
    return trustme.CA()


@pytest.fixture(scope="session")
def authority_path(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its own certificate, for SSL_CERT_FILE."""
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture(scope="session")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    """What the local servers serve with."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(LOOPBACK).configure_cert(context)
    return context


@pytest.fixture
def trusted(authority_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients made from here on trust it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority_path))
    monkeypatch.setattr(http_client, "tls", network.tls.__wrapped__)
