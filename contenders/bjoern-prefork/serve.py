"""Bjoern as its README starts it: serve.py HOST PORT BACKLOG [share]. `share`: others listen on this port, too (SO_REUSEPORT)."""

import sys

import bjoern

from app import app

host, port, backlog, *share = sys.argv[1:]
bjoern.run(app, host, int(port), reuse_port=bool(share), listen_backlog=int(backlog))
