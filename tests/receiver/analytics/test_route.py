"""The protected route: who may ask, what it answers, what OpenAPI says of it."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from reference_impl.scenarios.analytics.route import analytics_router
from tests.receiver.edge.served import Client, client_of

from .world import World, column, details, user, week

PATH = "/api/analytics"
TOKEN = "an-admin-token-of-the-tests"
ADMIN = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def client(world: World) -> Iterator[Client]:
    app = FastAPI()
    app.include_router(analytics_router(world.receiver, TOKEN))
    with client_of(app) as found:
        yield found


def test_the_administrator_reads_the_answer(client: Client, world: World) -> None:
    world.tell(*(user(f"user_{number}", week(1), signed_in=week(0)) for number in range(5)))
    found = client.request("GET", f"{PATH}?weeks=2", headers=ADMIN)

    assert found.status_code == 200
    assert found.json() == world.answer(2)
    assert column(found.json(), "sign_ups") == [5, 0]
    assert details(found.json()) == [(5, [5, 5]), (0, None)]
    assert "user_" not in found.text


@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "Bearer wrong"}, {"authorization": TOKEN}, {"authorization": f"Basic {TOKEN}"}],
)
@pytest.mark.parametrize("query", ["", "?weeks=2", "?weeks=x"])
def test_nobody_else_reads_it(client: Client, headers: dict[str, str], query: str) -> None:
    answer = client.request("GET", PATH + query, headers=headers)

    assert (answer.status_code, answer.json()) == (401, {"detail": "Unauthorized"})
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("query", "length"), [("", 12), ("?weeks=1", 1), ("?weeks=104", 104)])
def test_it_answers_on_as_many_weeks_as_asked(client: Client, query: str, length: int) -> None:
    answer = client.request("GET", PATH + query, headers=ADMIN).json()

    assert [len(answer["weeks"]), len(answer["retention"])] == [length, length]


@pytest.mark.parametrize("weeks", ["0", "105", "-1", "x", "", "1.5", "9" * 30, "%00"])
def test_another_number_of_weeks_is_refused(client: Client, weeks: str) -> None:
    assert client.request("GET", f"{PATH}?weeks={weeks}", headers=ADMIN).status_code == 422


def test_openapi_describes_every_field(client: Client) -> None:
    told = client.request("GET", "/openapi.json").json()
    shapes = told["components"]["schemas"]

    for name in ("Analytics", "Week", "Cohort"):
        assert all(field.get("description") for field in shapes[name]["properties"].values()), name
    operation = told["paths"][PATH]["get"]
    assert set(operation["responses"]) == {"200", "401", "422"}
    (weeks,) = [one for one in operation["parameters"] if one["name"] == "weeks"]
    assert (weeks["schema"]["minimum"], weeks["schema"]["maximum"], bool(weeks["description"])) == (
        1,
        104,
        True,
    )
