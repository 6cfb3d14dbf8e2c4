"""An authority for the certificates of all the tests here, which httpx trusts."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from bot.telegram import connection


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


@pytest.fixture
def trusted(authority_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients made from here on trust it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority_path))
    monkeypatch.setattr(connection, "_tls", connection._tls.__wrapped__)
