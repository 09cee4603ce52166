"""The endpoint of the suite servers on an asynchronous framework; docs/servers.md is its contract."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/api/v2/{msisdn}")
async def get_status(msisdn: str):
    return {"msisdn": msisdn, "status": "ok"}
