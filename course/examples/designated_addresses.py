"""L'adresse principale de trois comptes : deux adresses, un téléphone seul, l'exemple du tableau de bord."""

import json
import random
from pathlib import Path

from grader.sender import SimulatedClerk, dashboard_example
from reference_impl.catalogue.users import user_row

TWO = json.loads(Path(__file__).with_name("user_two_addresses.json").read_bytes())["data"]
PHONE = {**TWO, "email_addresses": [], "primary_email_address_id": None}
SAMPLE = dashboard_example(SimulatedClerk(random.Random(7), now_ms=1_764_583_200_000)).data

for label, data in [("deux adresses", TWO), ("téléphone seul", PHONE), ("« Send Example »", SAMPLE)]:
    listed = [item["email_address"] for item in data["email_addresses"]]
    designated = "une" if data["primary_email_address_id"] else "aucune"
    print(f"{label} : {len(listed)} dans la liste, {designated} désignée")
    print(f"    email_addresses[0]  {listed[0] if listed else 'IndexError'}")
    print(f"    user_row            {user_row(data, data['id'], 0)['email']}")
