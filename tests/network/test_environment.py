"""What the environment says of the network works, or gets one sentence; nothing else."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import network
from bot.commands.child import bot_environment
from bot.config.sentences import SettingsInvalid
from bot.config.service import ServiceSettings
from bot.http_client import HttpClient
from bot.http_server import LOOPBACK
from bot.network import Proxies, faults
from tests.support.credentials import SECRET_TOKEN
from tests.support.process import started

SECRET = "s3cret"


def says(monkeypatch: pytest.MonkeyPatch, **environment: str) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@asynccontextmanager
async def proxy_of(protocol: str) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A proxy that answers every request itself; its address, and what it was asked."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if protocol == "socks5":
            count = (await reader.readexactly(2))[1]
            wants_password = 2 in await reader.readexactly(count)
            writer.write(b"\x05" + bytes([2 if wants_password else 0]))
            if wants_password:
                name = await reader.readexactly((await reader.readexactly(2))[1])
                secret = await reader.readexactly((await reader.readexactly(1))[0])
                asked.append(name + b":" + secret)
                writer.write(b"\x01\x00")
            length = (await reader.readexactly(5))[4]
            asked.append((await reader.readexactly(length + 2))[:-2])
            writer.write(b"\x05\x00\x00\x01" + bytes(6))
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")
        await writer.drain()
        writer.close()

    with closing(await asyncio.start_server(serve, LOOPBACK, 0)) as server:
        yield f"{LOOPBACK}:{server.sockets[0].getsockname()[1]}", asked


@pytest.mark.parametrize("name", ["ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"])
@pytest.mark.parametrize(
    ("scheme", "protocol"),
    [
        ("", "http"),
        ("http://", "http"),
        ("HTTP://", "http"),
        ("socks://", "socks5"),
        ("socks5://", "socks5"),
        ("Socks5h://", "socks5"),
    ],
)
@pytest.mark.parametrize("user", ["", f"me:{SECRET}@", "me:%C3%A4%40%2F@"])
@pytest.mark.parametrize("end", ["", "/"])
async def test_a_proxy_is_gone_through(
    monkeypatch: pytest.MonkeyPatch, name: str, scheme: str, protocol: str, user: str, end: str
) -> None:
    async with proxy_of(protocol) as (address, asked):
        says(monkeypatch, **{name: f" {scheme}{user}{address}{end} "})
        assert faults() == []
        async with HttpClient() as http:
            assert (await http.get("http://telegram.test/x")).text == "hi"
    assert b"telegram.test" in b" ".join(asked)
    if user and protocol == "http":
        assert b"proxy-authorization: basic" in b" ".join(asked).lower()
    if user and protocol == "socks5":
        assert asked[0].startswith(b"me:")


UNUSABLE = (
    *("socks4://h:1", "ftp://h", "socks5s://h", "http://", "http://:3128", "http://h:port"),
    *(
        "http://h:99999",
        f"http://me:{SECRET}#1@h:3128",
        f"http://me:{SECRET}/1@h:3128",
        "http://[::1",
    ),
    *(f"{SECRET}://h", f"me:{SECRET}@://h", "http://h o s t", "http://h/path", "\x01", "socks5://"),
)


@pytest.mark.parametrize("written", UNUSABLE)
def test_a_proxy_that_cannot_be_used_gets_one_sentence_without_its_password(
    monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    says(monkeypatch, ALL_PROXY=written, ENV_FILE="")
    with pytest.raises(SettingsInvalid) as invalid:
        ServiceSettings.load()
    (sentence,) = invalid.value.sentences
    assert sentence.startswith("ALL_PROXY ")
    assert SECRET not in sentence.replace(f"begins with {SECRET}://", "")
    assert ServiceSettings.load(online=False)


@given(written=st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"])))
def test_anything_in_the_place_of_a_proxy_is_taken_or_refused_in_a_sentence(written: str) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        says(monkeypatch, ALL_PROXY=written, NO_PROXY=written)
        assert len(faults()) <= 1
        Proxies.read().of(httpx.URL("https://api.telegram.org/"))


async def test_a_client_with_an_unusable_proxy_fails_as_any_network_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    says(monkeypatch, ALL_PROXY="ftp://x")
    async with HttpClient() as http:
        with pytest.raises(httpx.HTTPError):
            await http.get("http://telegram.test/")


DIRECT = (
    *("*", "a, *", ".example.org", "example.org", "*.example.org", "EXAMPLE.org."),
    *("api.example.org:443", "https://api.example.org", "x api.example.org"),
    *("x;api.example.org", "fe80::/10,example.org"),
)
THROUGH = (
    "",
    ",",
    ".",
    "ample.org",
    "api.example.org:80",
    "10.0.0.0/8",
    "fe80::/10",
    "[::1",
    "://",
)


@pytest.mark.parametrize(
    ("rule", "is_direct"),
    [*itertools.product(DIRECT, [True]), *itertools.product(THROUGH, [False])],
)
def test_no_proxy_is_understood_as_it_is_written_elsewhere(
    monkeypatch: pytest.MonkeyPatch, rule: str, is_direct: bool
) -> None:
    says(monkeypatch, HTTPS_PROXY="http://proxy:3128", NO_PROXY=rule)
    found = Proxies.read().of(httpx.URL("https://api.example.org/bot"))
    assert (found is None) is is_direct


@pytest.mark.parametrize(
    ("host", "rule"),
    [("10.1.2.3", "10.0.0.0/8"), ("10.1.2.3", "10.1.2.3"), ("[fd00::7]", "fd00::/8"),
     ("[fd00::7]", "[fd00::7]"), ("localhost", ""), ("127.0.0.7", ""), ("[::1]", "")],
)  # fmt: skip
def test_addresses_and_networks_are_reached_directly(
    monkeypatch: pytest.MonkeyPatch, host: str, rule: str
) -> None:
    says(monkeypatch, ALL_PROXY="http://proxy:3128", NO_PROXY=rule)
    assert Proxies.read().of(httpx.URL(f"http://{host}:8081/")) is None


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSLKEYLOGFILE"])
def test_certificates_that_cannot_be_read_get_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setattr(network, "tls", network.tls.__wrapped__)
    for one in network.TLS_VARIABLES:
        monkeypatch.delenv(one, raising=False)
    says(monkeypatch, **{name: str(tmp_path / "missing" / "file")})
    (sentence,) = faults()
    assert sentence.startswith(f"{name} cannot be used (No such file")


def test_the_demo_depends_on_nothing_that_the_environment_says_of_the_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = {"ALL_PROXY": "junk://", "https_proxy": "x:y", "NO_PROXY": "[", "SSL_CERT_FILE": "/no"}
    says(monkeypatch, **said)
    inherited = bot_environment({})
    assert {name: inherited.get(name) for name in said} == dict.fromkeys(said) | {"NO_PROXY": "*"}


JUNK = (
    {"ALL_PROXY": "junk://", "NO_PROXY": "[::1"},
    {"https_proxy": "http://me:s3cret#@h:99999", "no_proxy": "fe80::/10,*.x"},
    {"ALL_PROXY": "socks://127.0.0.1:9/", "HTTP_PROXY": ""},
    {"SSL_CERT_FILE": "/no/such/file", "SSLKEYLOGFILE": "/no/such/folder/keys"},
)


@pytest.mark.parametrize("junk", JUNK, ids=str)
@pytest.mark.parametrize(
    "words",
    ["--help", "doctor", "run", "make missing.jpg missing.ogg", "backup copy.db", "demo -h"],
)
async def test_no_command_ends_in_a_traceback(
    tmp_path: Path, words: str, junk: dict[str, str]
) -> None:
    nowhere = "http://service.test:9"
    settings = {
        "TELEGRAM_BOT_TOKEN": SECRET_TOKEN.get_secret_value(),
        "TELEGRAM_BASE_URL": nowhere,
        "ENGINE": "preview",
        **junk,
    }
    async with started(*words.split(), cwd=tmp_path, settings=settings) as command:
        if words == "run" and "socks" in str(junk):
            return
        await command.ended()
    assert "Traceback" not in command.printed
    assert SECRET not in command.printed
    if words == "run":
        assert command.code == 1
        assert "_PROXY " in command.printed or "SSL" in command.printed
