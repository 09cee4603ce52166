"""/ws-echo of the suite frameworks on Flask, by the extension Flask-Sock."""

from flask import Flask
from flask_sock import Sock

app = Flask(__name__)
sock = Sock(app)


@app.get("/health")
def health():
    return {"status": "healthy"}


@sock.route("/ws-echo")
def ws_echo(ws):
    while True:  # until receive() raises ConnectionClosed, which Flask-Sock takes for the end
        ws.send(ws.receive())
