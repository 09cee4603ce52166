"""/ws-echo of the suite frameworks on Django, by Channels."""

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import JsonResponse
from django.urls import path

settings.configure(ALLOWED_HOSTS=["127.0.0.1", "localhost"], INSTALLED_APPS=["channels"], ROOT_URLCONF=__name__)
django_app = get_asgi_application()  # before what follows: it readies the settings that Channels reads

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402


async def health(request):
    return JsonResponse({"status": "healthy"})


class Echo(AsyncWebsocketConsumer):
    async def receive(self, text_data=None, bytes_data=None):
        await self.send(text_data, bytes_data)


urlpatterns = [path("health", health)]

app = ProtocolTypeRouter(
    {
        "http": django_app,
        "websocket": URLRouter([path("ws-echo", Echo.as_asgi())]),
    }
)
