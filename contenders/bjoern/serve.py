"""Bjoern as its README starts it: serve.py PORT BACKLOG [share]. `share`: others listen on this port, too (SO_REUSEPORT)."""

import sys

import bjoern

from app import app

port, backlog, *share = sys.argv[1:]
bjoern.run(app, "127.0.0.1", int(port), reuse_port=bool(share), listen_backlog=int(backlog))
