"""Écrire la liste des adresses de Svix pour nginx ou pour Caddy, à partir de son JSON public.

Usage : `python3 make_allowlist.py svix-addresses.json --format nginx --output svix-addresses.nginx.conf`

La liste change : téléchargez-la de nouveau, au lieu de la recopier dans un programme. Elle ne remplace
pas la signature : ces adresses servent tous les clients de Svix, qui ne les garantit pas dans toutes
ses offres (docs.svix.com/receiving/source-ips).
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import os
import sys
from pathlib import Path

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

WIDEST = {4: 16, 6: 32}  # une liste qui contient la moitié d'Internet est une liste abîmée


class AllowlistError(ValueError):
    """La liste ne peut pas servir ; le message dit pourquoi."""


def read_networks(text: str, regions: list[str]) -> list[Network]:
    """Rendre les réseaux du JSON, sans doublon, dans l'ordre des régions.

    Args:
        text: un objet `{"région": ["adresse ou réseau", …]}`.
        regions: les régions à garder ; une liste vide les garde toutes.

    Raises:
        AllowlistError: forme inattendue, région inconnue, adresse illisible ou réseau trop large. Mieux vaut
            garder la liste d'hier qu'en écrire une mauvaise.
    """
    try:
        data = json.loads(text)
    except ValueError as error:
        raise AllowlistError(f"Ce fichier n'est pas du JSON : {error}.") from None
    if not isinstance(data, dict) or not all(isinstance(value, list) for value in data.values()):
        raise AllowlistError("On attend un objet dont chaque clé est une région et chaque valeur une liste.")
    if unknown := sorted(set(regions) - set(data)):
        raise AllowlistError(f"Région inconnue : {', '.join(unknown)}. Régions connues : {', '.join(data)}.")
    networks = [read_network(item) for region in (regions or data) for item in data[region]]
    if not networks:
        raise AllowlistError("La liste est vide : elle refuserait tout le monde.")
    return list(dict.fromkeys(networks))


def read_network(item: object) -> Network:
    """Rendre un réseau, après s'être assuré que c'en est un : il sera écrit dans la configuration d'un serveur."""
    if not isinstance(item, str):
        raise AllowlistError(f"Une adresse est un texte, pas {item!r}.")
    try:
        network = ipaddress.ip_network(item)
    except ValueError:
        raise AllowlistError(f"Ce n'est pas une adresse : {item!r}.") from None
    if network.prefixlen < WIDEST[network.version]:
        raise AllowlistError(f"Réseau trop large pour une liste d'adresses : {item}.")
    return network


def for_nginx(networks: list[Network]) -> str:
    """Rendre les lignes du bloc `geo` : « outside » par défaut, « listed » pour chaque réseau."""
    return "\n".join(["default outside;", *(f"{network} listed;" for network in networks), ""])


def for_caddy(networks: list[Network]) -> str:
    """Rendre un refus 403 pour toute adresse hors de la liste."""
    addresses = " ".join(str(network) for network in networks)
    return f"@outside_svix not remote_ip {addresses}\nrespond @outside_svix 403\n"


def write(path: Path, text: str) -> None:
    """Remplacer le fichier d'un coup : le serveur ne lit jamais une moitié de liste."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, encoding="ascii")
    os.replace(draft, path)


def main(arguments: list[str] | None = None) -> int:
    """Rendre 0, ou 2 avec une phrase quand la liste ne peut pas servir ; l'ancien fichier est alors intact."""
    parser = argparse.ArgumentParser(description="Écrire la liste des adresses de Svix pour nginx ou Caddy.")
    parser.add_argument("source", type=Path, help="le JSON des adresses, par région")
    parser.add_argument("--format", choices=["nginx", "caddy"], required=True)
    parser.add_argument("--output", type=Path, required=True, help="le fichier à écrire")
    parser.add_argument("--region", action="append", default=[], help="à répéter ; par défaut, toutes")
    options = parser.parse_args(arguments)
    render = for_nginx if options.format == "nginx" else for_caddy
    try:
        write(
            options.output, render(read_networks(options.source.read_text(encoding="utf-8"), options.region))
        )
    except (AllowlistError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
