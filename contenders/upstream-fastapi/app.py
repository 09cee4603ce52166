"""The I/O simulator on FastAPI: answers after a delay, and counts over all workers."""

import asyncio
import os
import time
from typing import Annotated

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from counters import Counters

SERVER = "FastAPI/Uvicorn"

app = FastAPI()
counters = Counters(os.environ["UPSTREAM_COUNTERS"])


@app.exception_handler(RequestValidationError)
async def bad_parameter(request: Request, error: RequestValidationError):
    first = error.errors()[0]
    name = first["loc"][-1]
    return JSONResponse({"error": f"{name}: {first['msg']}", "parameter": name}, status_code=400)


async def client_left(request: Request, seconds: float) -> bool:
    """Waits, never less than that (a timer may fire early); true as soon as the client has gone."""
    deadline = time.perf_counter() + seconds
    while (left := deadline - time.perf_counter()) > 0:
        try:
            message = await asyncio.wait_for(request.receive(), left)
        except asyncio.TimeoutError:
            continue
        if message["type"] == "http.disconnect":
            return True
    return False


@app.get("/health")
async def health():
    return {"status": "healthy", "server": SERVER}


@app.get("/slow-io")
async def slow_io(
    request: Request,
    delay: Annotated[float, Query(ge=0, le=30, allow_inf_nan=False)],
    request_id: Annotated[str, Query(max_length=256)] = "",
):
    started = time.perf_counter()
    counters.arrived()
    outcome = "abandoned"
    try:
        if not await client_left(request, delay):
            outcome = "answered"
    finally:
        counters.left(outcome)
    return {
        "request_id": request_id,
        "delay": delay,
        "actual_delay": time.perf_counter() - started,
        "server": SERVER,
    }


@app.get("/stats")
async def stats():
    return counters.read()


@app.post("/stats/reset")
async def reset():
    counters.reset()
    return counters.read()
