"""WebSocket by hand (RFC 6455), so that it can be wrong on purpose: behaviours over a Peer (server.py)."""

import base64
import dataclasses
import hashlib
import re
import struct

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def accept_key(head):
    """What the handshake's answer must say (section 1.3)."""
    key = re.search(rb"\r\nSec-WebSocket-Key: *(\S+)\r\n", head, re.I)[1]
    return base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())


def agreement(head, *, status=b"101 Switching Protocols", upgrade=b"websocket", connection=b"Upgrade", key=None, more=b""):
    """The answer to the handshake, right or wrong."""
    key = accept_key(head) if key is None else key
    lines = b"HTTP/1.1 %b\r\nUpgrade: %b\r\nConnection: %b\r\nSec-WebSocket-Accept: %b\r\n%b\r\n"
    return lines % (status, upgrade, connection, key, more)


def frame(opcode, payload=b"", *, fin=True, reserved=0, mask=None, length=None):
    """A frame (section 5.2). `length`: (the 7 bits, the bytes after them) instead of the payload's own."""
    if length is None:
        if len(payload) < 126:
            length = (len(payload), b"")
        elif len(payload) < 65536:
            length = (126, struct.pack(">H", len(payload)))
        else:
            length = (127, struct.pack(">Q", len(payload)))
    head = bytes([fin << 7 | reserved << 4 | opcode, (mask is not None) << 7 | length[0]]) + length[1]
    if mask is not None:
        payload = mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
    return head + payload


@dataclasses.dataclass
class Frame:
    opcode: int
    payload: bytes
    fin: bool
    mask: bytes  # None: not masked


async def read_frame(peer):
    first, second = await peer.reader.readexactly(2)
    length = second & 0x7F
    if length >= 126:
        length = int.from_bytes(await peer.reader.readexactly(2 if length == 126 else 8), "big")
    mask = await peer.reader.readexactly(4) if second & 0x80 else None
    payload = await peer.reader.readexactly(length)
    if mask:
        payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
    return Frame(first & 0x0F, payload, bool(first & 0x80), mask)


def agrees(then, **wrong):
    """Shakes hands, wrongly where asked to, and goes on."""

    async def serve(peer):
        if await peer.request():
            await peer.send(agreement(peer.last_head, **wrong))
            await then(peer)

    return serve


async def echoes(peer, frames=None, closes=True):
    """Echoes whole messages; `frames` keeps what came."""
    message = b""
    while True:
        got = await read_frame(peer)
        if frames is not None:
            frames.append(got)
        if got.opcode == CLOSE and closes:
            await peer.send(frame(CLOSE, got.payload))
            return
        if got.opcode in (TEXT, BINARY, CONTINUATION):
            first = got.opcode or first
            message += got.payload
            if got.fin:
                await peer.send(frame(first, message))
                message = b""


def watches(frames, *, closes=True):
    """Echoes, and keeps every frame that came."""
    return agrees(lambda peer: echoes(peer, frames, closes))


def replies(data, *, once=False):
    """Says these bytes to every message; `once`: and then ends the connection."""

    async def serve(peer):
        while True:
            got = await read_frame(peer)
            if got.opcode == CLOSE:
                return
            if got.opcode in (TEXT, BINARY):
                peer.server.messages = getattr(peer.server, "messages", 0) + 1
                await peer.send(data)
                if once:
                    return

    return agrees(serve)
