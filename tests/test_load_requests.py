"""What shootout load sends and how it checks what comes back: targets, slots, generated bodies, digests."""

import collections
import email
import email.policy
import hashlib
import json
import math
import re

import pytest

from loading import load, only_error
from misbehaving.server import Server


def answer(body, status=b"200 OK"):
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


def target_of(head):
    return head.split(b" ")[1].decode()


class Ledger:
    """A behaviour that keeps (method, target, body) of each request and answers with what `say` makes of them."""

    def __init__(self, say=lambda number, target, body: b"ok"):
        self.seen, self._say = [], say

    async def __call__(self, peer):
        while await peer.request():
            target = target_of(peer.last_head)
            self.seen.append((peer.last_head.split(b" ")[0].decode(), target, peer.last_body))
            await peer.send(answer(self._say(len(self.seen), target, peer.last_body)))


# ---- a file of targets -------------------------------------------------------------------------------------------


def test_targets_come_by_their_weights(tmp_path):
    file = tmp_path / "targets.txt"
    file.write_text('1 /rare\n3 /often\n6 PUT /most {"a": 1}\nContent-Type: application/json\n')
    ledger, requests = Ledger(), 2000
    with Server(ledger) as server:
        document = load(server.url, "--targets", file, "-c", 4, "-t", 2, "-n", requests)
    assert document["requests"]["succeeded"] == requests == len(ledger.seen)
    counts = collections.Counter(ledger.seen)
    shares = {("GET", "/rare", b""): 0.1, ("GET", "/often", b""): 0.3, ("PUT", "/most", b'{"a": 1}'): 0.6}
    assert set(counts) == set(shares)
    for request, share in shares.items():
        assert abs(counts[request] - share * requests) <= 5 * math.sqrt(requests * share * (1 - share))


# ---- slots and what is checked against them -------------------------------------------------------------------------


def echo_id(number, target, body):
    return json.dumps({"id": int(target.rpartition("/")[2])}).encode()


def test_each_answer_is_held_against_its_own_slot():
    ledger = Ledger(echo_id)
    with Server(ledger) as server:
        document = load(server.url + "items/{id:1..1000}", "-c", 8, "-t", 2, "-n", 500, "--check-json", "/id={id}")
    assert document["requests"]["succeeded"] == 500
    ids = [int(target.rpartition("/")[2]) for _, target, _ in ledger.seen]
    assert min(ids) >= 1 and max(ids) <= 1000 and len(set(ids)) > 300  # 394 are expected of 500 draws


def test_in_order_each_value_comes_once():
    ledger = Ledger(echo_id)
    with Server(ledger) as server:
        load(server.url + "items/{id:1..400:in-order}", "-c", 8, "-t", 2, "-n", 400, "--check-json", "/id={id}")
    assert sorted(int(target.rpartition("/")[2]) for _, target, _ in ledger.seen) == list(range(1, 401))


def test_every_tenth_answer_is_a_lie():
    def lie(number, target, body):
        return echo_id(number, target, body) if number % 10 else b'{"id": 1001}'

    with Server(Ledger(lie)) as server:
        document = load(server.url + "items/{id:1..1000}", "-c", 8, "-t", 2, "-n", 500, "--check-json", "/id={id}")
    only_error(document, "check", 50)
    assert document["requests"]["completed"] == 500
    assert document["requests"]["succeeded"] == 450
    assert all(offence["answer"].endswith('{"id": 1001}') for offence in document["offences"])


# ---- generated bodies and their digests -----------------------------------------------------------------------------


def uploaded(head, body):
    """What a server would keep: the body, or the one file of a form."""
    kind = re.search(rb"\r\nContent-Type: (multipart/[^\r]+)", head, re.I)
    if not kind:
        return body
    form = email.message_from_bytes(b"Content-Type: %b\r\n\r\n%b" % (kind[1], body), policy=email.policy.HTTP)
    (part,) = form.iter_parts()
    assert (part.get_param("name", header="content-disposition"), part.get_filename()) == ("document", "a.bin")
    return part.get_payload(decode=True)


@pytest.mark.parametrize("options", [("--upload", 50_000), ("--multipart", "50000:document:a.bin")], ids=["upload", "multipart"])
@pytest.mark.parametrize("honest", [True, False])
def test_the_server_digests_what_it_got(options, honest):
    digests = []

    async def digest(peer):
        while await peer.request():
            got = uploaded(peer.last_head, peer.last_body)
            assert len(got) == 50_000
            digests.append(hashlib.sha256(got).hexdigest())
            said = digests[-1] if honest or len(digests) % 10 else digests[-1][::-1]
            await peer.send(answer(json.dumps({"sha256": said, "size": len(got)}).encode()))

    checks = ("--check-json", '/sha256="{body.sha256}"', "--check-json", "/size={body.size}")
    with Server(digest) as server:
        document = load(server.url, "-c", 3, "-n", 60, *options, *checks)
    assert len(digests) == 60 == document["requests"]["completed"]
    assert len(set(digests)) == 4  # --variants
    assert document["errors"]["check"] == (0 if honest else 6)
    assert document["requests"]["succeeded"] == (60 if honest else 54)


@pytest.mark.parametrize("spoils", [False, True])
def test_an_echo_is_checked_by_its_digest(spoils):
    def echo(number, target, body):
        return body[:-1] + b"?" if spoils and number % 10 == 0 else body

    ledger = Ledger(echo)
    with Server(ledger) as server:
        document = load(server.url, "-c", 3, "-n", 60, "--upload", 50_000, "--variants", 7, "--check-sha256", "{body.sha256}")
    assert len({body for _, _, body in ledger.seen}) == 7
    assert document["requests"]["succeeded"] == 60 - document["errors"]["check"]
    assert document["errors"]["check"] == (6 if spoils else 0)
