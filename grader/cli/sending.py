"""Sending a delivery to a server over the network, as `deliver` and `replay` do."""

import httpx
from rich.markup import escape

from grader.cli.console import out
from grader.errors import UsageError
from grader.messages import harmless
from grader.sender import Delivery

TIMEOUT_S = 15.0
"""Svix waits as long."""


def send(delivery: Delivery, url: str) -> None:
    """Send one delivery and show what came back. Raises UsageError if nobody answers there."""
    out.print(f"[bold]POST {escape(url)}[/]")
    out.print(f"  {escape(delivery.label)}")
    out.print(f"  svix-id {delivery.headers.get('svix-id', '(absent)')} · {len(delivery.body)} octets")
    try:
        response = httpx.post(url, content=delivery.body, headers=_headers(delivery), timeout=TIMEOUT_S)
    except httpx.TimeoutException as error:
        raise UsageError(f"Aucune réponse en {TIMEOUT_S:.0f} s : pour Svix, c'est un échec.") from error
    except httpx.ConnectError as error:
        raise UsageError(
            f"Rien n'écoute à l'adresse {url}. Lancez d'abord votre serveur (uvicorn)."
        ) from error
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise UsageError(f"L'adresse {url} n'est pas complète : il y manque http:// ou https://.") from error
    except (httpx.HTTPError, ValueError) as error:
        raise UsageError(
            f"Impossible de joindre {url} ({error}). Votre serveur tourne-t-il à cette adresse ?"
        ) from error
    out.print(f"  réponse [bold]{response.status_code}[/] : pour Svix, {meaning(response.status_code)}")
    if response.content:
        out.print(f"  [dim]{escape(harmless(response.text))}[/]")


def _headers(delivery: Delivery) -> dict[str, str]:
    return {
        name: value.encode("latin-1", "replace").decode("latin-1") for name, value in delivery.headers.items()
    }


def meaning(status: int) -> str:
    """Say what Svix makes of a status; whether it is the right one depends on what was sent."""
    if 200 <= status < 300:
        return "la livraison est acceptée"
    if 300 <= status < 400:
        return "une redirection est un échec : il ne la suit pas, et enverra la livraison de nouveau"
    return "c'est un échec : il enverra la livraison de nouveau"
