"""The Flask app for an ASGI server, by asgiref: one request at a time in each process."""

from asgiref.wsgi import WsgiToAsgi

from app import app

asgi = WsgiToAsgi(app)
