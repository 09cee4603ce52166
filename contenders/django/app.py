"""The endpoints of the suite frameworks on Django; docs/frameworks.md is their contract. django-pool runs it too."""

import hashlib
import json
import os
from datetime import datetime, timezone
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

CHUNK = bytes(i % 251 for i in range(65536))

url = urlsplit(os.environ["DATABASE_URL"])
options = dict(parse_qsl(url.query))
database = {
    "ENGINE": "django.db.backends.postgresql",
    "HOST": url.hostname,
    "PORT": url.port,
    "USER": unquote(url.username or ""),
    "PASSWORD": unquote(url.password or ""),
    "NAME": url.path.lstrip("/"),
    "OPTIONS": options,
}
if "POOL" in os.environ:  # connections are taken from a pool for each request (psycopg 3 alone can)
    size = int(os.environ["POOL"])
    options["pool"] = {"min_size": size, "max_size": size}
else:  # each thread keeps a connection of its own
    database["CONN_MAX_AGE"] = None

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    DATABASES={"default": database},
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],  # sets Content-Length
    ROOT_URLCONF=__name__,
)


def query(sql, *values):
    """The one row of a statement, which is a transaction of its own (Django's default)."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


@require_safe
def health(request):
    return JsonResponse({"status": "healthy"})


@require_safe
def ping(request):
    return HttpResponse("pong", content_type="text/plain")


@require_safe
def hello(request):
    return JsonResponse({"message": "hello", "ts": datetime.now(timezone.utc).isoformat(timespec="microseconds")})


@require_safe
def db_read(request):
    try:
        number = int(request.GET["id"])
    except (KeyError, ValueError):
        return JsonResponse({"error": "id must be a whole number"}, status=400)
    row = query("SELECT id, name, description, price, created_at FROM items WHERE id = %s", number)
    if row is None:
        return JsonResponse({"error": f"there is no item {number}"}, status=404)
    id, name, description, price, created_at = row
    return JsonResponse(
        {"id": id, "name": name, "description": description, "price": str(price), "created_at": created_at.isoformat()}
    )


@require_POST
def db_write(request):
    (id,) = query("INSERT INTO entries (name) VALUES (%s) RETURNING id", json.loads(request.body)["name"])
    return JsonResponse({"id": id}, status=201)


@require_POST
def upload(request):
    # request.body refuses more than 2.5 MB (DATA_UPLOAD_MAX_MEMORY_SIZE); read() takes it in pieces.
    file = request.FILES["file"] if request.content_type == "multipart/form-data" else request
    digest, size = hashlib.sha256(), 0
    while piece := file.read(65536):
        digest.update(piece)
        size += len(piece)
    return JsonResponse({"sha256": digest.hexdigest(), "size": size})


@require_safe
def stream(request):
    return StreamingHttpResponse((CHUNK for _ in range(160)), content_type="application/octet-stream")


urlpatterns = [
    path("health", health),
    path("ping", ping),
    path("json", hello),
    path("db-read", db_read),
    path("db-write", db_write),
    path("upload", upload),
    path("stream", stream),
]

app = get_wsgi_application()
