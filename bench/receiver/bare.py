"""Peer: a route that reads the body and forgets it. Nothing can be quicker on the same web server."""

from fastapi import FastAPI, Request, Response

app = FastAPI(openapi_url=None)


@app.get("/ready")
async def ready() -> Response:
    """Say that the server listens."""
    return Response(status_code=200)


@app.post("/api/webhooks/clerk")
async def receive(request: Request) -> Response:
    """Read, forget, answer."""
    await request.body()
    return Response(status_code=204)
