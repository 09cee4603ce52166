"""The Flask app for an ASGI server, by a2wsgi: on a pool of threads."""

import os

from a2wsgi import WSGIMiddleware

from app import app

asgi = WSGIMiddleware(app, workers=int(os.environ["THREADS"]))
