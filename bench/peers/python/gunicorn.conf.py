"""Two workers; threads keep connections open between requests."""

import json

bind = "127.0.0.1:0"
workers = 2
worker_class = "gthread"
threads = 4
keepalive = 75
loglevel = "warning"


def post_fork(_server, _worker):
    from movie_service import pool

    pool.open()


def when_ready(server):
    print(json.dumps({"url": f"http://127.0.0.1:{server.LISTENERS[0].sock.getsockname()[1]}"}), flush=True)
