"""shootout load over TLS: nginx with certificates made for the test, whose own log is the witness."""

import asyncio
import ssl

import pytest

from loading import load, only_error, refused
from misbehaving import behaviours
from misbehaving.server import DeafListener, Server
from tls_servers import Authority, Nginx, openssl_server

OURS = "DNS:localhost,IP:127.0.0.1"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    folder.parent.chmod(0o755)
    return Authority(folder, "ours")


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.certificate("localhost", OURS)


@pytest.fixture
def folder(tmp_path):
    tmp_path.chmod(0o755)  # nginx's worker is another user where this runs as root
    return tmp_path


# ---- trust, before any load ---------------------------------------------------------------------------------------


def test_trusted_by_its_authority(folder, authority, certificate):
    with Nginx(folder, certificate) as server:
        document = load(server.url, "--cacert", authority.file, "-c", 3, "-t", 2, "-n", 30)
    assert document["requests"]["succeeded"] == 30 == len(server.witness())
    assert document["connections"]["opened"] == document["tls"]["handshakes"] == 3
    assert {each["version"] for each in server.witness()} == {document["tls"]["version"]} == {"TLSv1.3"}
    assert {each["cipher"] for each in server.witness()} == {document["tls"]["cipher"]}
    assert document["tls"]["protocol"] == "http/1.1"


def test_untrusted_is_refused_before_any_load(folder, certificate):
    with Nginx(folder, certificate) as server:
        refused(server.url, "-n", 5, code=5, says="not trusted")
    assert server.witness() == []


def test_of_another_authority_is_refused(folder, certificate, tmp_path_factory):
    other = Authority(tmp_path_factory.mktemp("other"), "other")
    with Nginx(folder, certificate) as server:
        refused(server.url, "--cacert", other.file, "-n", 5, code=5, says="not trusted")
    assert server.witness() == []


def test_for_another_name_is_refused(folder, authority):
    certificate = authority.certificate("elsewhere", "DNS:elsewhere.example")
    with Nginx(folder, certificate) as server:
        refused(server.url, "--cacert", authority.file, "-n", 5, code=5, says="elsewhere.example")
        document = load(server.url, "--insecure", "-c", 1, "-n", 5)
    assert document["requests"]["succeeded"] == 5 == len(server.witness())


def test_an_address_is_no_name(folder, authority):
    """A certificate for the name localhost does not speak for 127.0.0.1."""
    certificate = authority.certificate("by-name", "DNS:localhost")
    with Nginx(folder, certificate) as server:
        refused(server.url, "--cacert", authority.file, "-n", 5, code=5, says="127.0.0.1")
        load(server.url.replace("127.0.0.1", "localhost"), "--cacert", authority.file, "-n", 5)
    assert len(server.witness()) == 5


def test_expired_is_refused(folder, authority):
    certificate = authority.certificate("expired", OURS, days=0)
    with Nginx(folder, certificate) as server:
        refused(server.url, "--cacert", authority.file, "-n", 5, code=5, says="expired")
    assert server.witness() == []


def test_insecure_takes_anything(folder, certificate):
    with Nginx(folder, certificate) as server:
        document = load(server.url, "--insecure", "-c", 2, "-n", 10)
    assert document["requests"]["succeeded"] == 10 == len(server.witness())


def test_an_authority_that_cannot_be_read(folder, certificate):
    (folder / "nothing.pem").write_text("nothing\n")
    with Nginx(folder, certificate) as server:
        refused(server.url, "--cacert", folder / "missing.pem", "-n", 5, code=2, says="certificate authorities")
        refused(server.url, "--cacert", folder / "nothing.pem", "-n", 5, code=2, says="certificate authorities")
    assert server.witness() == []


# ---- names, versions, protocols -------------------------------------------------------------------------------------


def test_the_server_is_told_a_name_and_never_an_address(folder, authority, certificate):
    with Nginx(folder, certificate) as server:
        load(server.url, "--cacert", authority.file, "-c", 1, "-n", 1)
        load(server.url.replace("127.0.0.1", "localhost"), "--cacert", authority.file, "-c", 1, "-n", 1)
    assert [each["name"] for each in server.witness()] == ["-", "localhost"]


def test_tls_1_2_only(folder, authority, certificate):
    with Nginx(folder, certificate, protocols="TLSv1.2") as server:
        document = load(server.url, "--cacert", authority.file, "-c", 1, "-n", 5)
    assert {each["version"] for each in server.witness()} == {document["tls"]["version"]} == {"TLSv1.2"}


def test_http_1_1_is_chosen_where_h2_is_offered_too(folder, authority, certificate):
    with Nginx(folder, certificate, http2=True) as server:
        document = load(server.url, "--cacert", authority.file, "-c", 2, "-n", 10)
    assert document["requests"]["succeeded"] == 10
    assert {each["alpn"] for each in server.witness()} == {document["tls"]["protocol"]} == {"http/1.1"}


def test_a_server_of_h2_only_is_refused(authority, certificate):
    with openssl_server(certificate, "-alpn", "h2") as port:
        refused(f"https://127.0.0.1:{port}/", "--cacert", authority.file, "-n", 5, code=5, says="HTTP/1.1")


def test_a_server_without_alpn(authority, certificate):
    with openssl_server(certificate) as port:
        document = load(f"https://127.0.0.1:{port}/", "--cacert", authority.file, "-c", 1, "-n", 3)
    assert document["requests"]["succeeded"] == document["tls"]["handshakes"] == 3
    assert "protocol" not in document["tls"]


@pytest.mark.parametrize("target", ["plain HTTP", "nothing at all"])
def test_a_server_that_speaks_no_tls(target):
    behaviour = behaviours.answers(behaviours.HELLO) if target == "plain HTTP" else behaviours.greets(b"220 mail\r\n")
    with Server(behaviour) as server:
        refused(server.url.replace("http:", "https:"), "--insecure", "-n", 5, "--connect-timeout", "500ms", code=5, says="TLS")
    assert server.requests == 0


def test_a_handshake_that_is_never_answered():
    with DeafListener() as listener:
        refused(listener.url.replace("http:", "https:"), "--insecure", "-n", 5, "--connect-timeout", "500ms", code=5, says="TLS")


# ---- sessions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cache", "tickets"), [("none", True), ("shared:sessions:1m", False)], ids=["tickets", "the server's cache"])
@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_connections_after_the_first_resume_its_session(folder, authority, certificate, version, cache, tickets):
    with Nginx(folder, certificate, protocols=version, keepalive_requests=1, cache=cache, tickets=tickets) as server:
        document = load(server.url, "--cacert", authority.file, "-c", 1, "-t", 1, "-n", 20)
    assert document["requests"]["succeeded"] == document["tls"]["handshakes"] == document["connections"]["opened"] == 20
    assert document["tls"]["resumed"] == sum(each["reused"] == "r" for each in server.witness())
    assert document["tls"]["resumed"] in (19, 20)  # 20: with the session of the look before the load


def test_a_server_that_resumes_nothing(folder, authority, certificate):
    with Nginx(folder, certificate, protocols="TLSv1.2", keepalive_requests=1, cache="off", tickets=False) as server:
        document = load(server.url, "--cacert", authority.file, "-c", 2, "-t", 1, "-n", 10)
    assert document["tls"]["handshakes"] == 10
    assert document["tls"]["resumed"] == 0 == sum(each["reused"] == "r" for each in server.witness())


# ---- load -----------------------------------------------------------------------------------------------------------


def test_large_answers_arrive_whole(folder, authority, certificate):
    with Nginx(folder, certificate) as server:
        document = load(server.url + "large", "--cacert", authority.file, "-c", 3, "-n", 9, "--check-size", 10_000_000)
    assert document["requests"]["succeeded"] == 9, document["offences"]
    assert document["bytes"]["received"] >= 90_000_000


def test_large_bodies_are_sent_whole(authority, certificate):
    """To a server that counts them."""
    received = []

    async def take(peer):
        await peer.writer.start_tls(context_of(certificate))
        while await peer.request():
            received.append(peer.last_body)
            await peer.send(behaviours.HELLO)

    with Server(take) as server:
        url = server.url.replace("http:", "https:")
        load(url, "--cacert", authority.file, "-c", 2, "-n", 4, "--upload", "5MB", "--timeout", "30s")
    assert [len(body) for body in received] == [5_000_000] * 4


def context_of(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{certificate}.pem", f"{certificate}.key")
    return context


def test_a_server_that_forgets_its_tls_in_the_middle(authority, certificate):
    context = context_of(certificate)
    answered = []

    async def turncoat(peer):
        if len(answered) >= 3:
            await peer.send(b"no TLS any more\r\n")
            return await peer.until_closed()
        await peer.writer.start_tls(context)
        if await peer.request():
            answered.append(peer)
            await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")

    with Server(turncoat) as server:
        document = load(server.url.replace("http:", "https:"), "--cacert", authority.file, "-c", 1, "-n", 8)
    assert document["requests"]["succeeded"] == 3
    only_error(document, "tls", 5)
    assert document["tls"]["handshakes"] == 3


@pytest.mark.parametrize("data", [behaviours.HALF, b"", b"HTTP/1.1 200 OK\r\n"], ids=["in the body", "unanswered", "in the head"])
def test_closed_in_the_middle(authority, certificate, data):
    context = context_of(certificate)

    async def cut(peer):
        await peer.writer.start_tls(context)
        if await peer.request():
            await peer.send(data)

    with Server(cut) as server:
        document = load(server.url.replace("http:", "https:"), "--cacert", authority.file, "-c", 2, "-n", 6)
    only_error(document, "closed", 6)


def test_slow_records(authority, certificate):
    """Each byte a record of its own."""
    context = context_of(certificate)

    async def slowly(peer):
        await peer.writer.start_tls(context)
        while await peer.request():
            for at in range(len(behaviours.HELLO)):
                await peer.send(behaviours.HELLO[at : at + 1])
                await asyncio.sleep(0)

    with Server(slowly) as server:
        document = load(server.url.replace("http:", "https:"), "--cacert", authority.file, "-c", 2, "-n", 10, "--check-body", "hello")
    assert document["requests"]["succeeded"] == 10 == server.requests
