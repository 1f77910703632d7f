"""La forme de la réponse ; ces descriptions sont aussi celles d'OpenAPI."""

from datetime import date

from pydantic import BaseModel, Field


class Week(BaseModel):
    """Une semaine, du lundi au dimanche, en UTC."""

    week: str = Field(
        description="La semaine ISO 8601. L'année est celle de son jeudi.", examples=["2026-W47"]
    )
    starts: date = Field(description="Son lundi.")
    sign_ups: int = Field(description="Les comptes créés cette semaine-là, ceux effacés depuis compris.")
    active: int = Field(
        description="Les personnes inscrites, connectées ou vues dans une session cette semaine-là. C'est un minimum :"
        " aucun webhook ne dit ce qui se passe pendant une session, ni qu'elle expire."
    )
    partial: bool = Field(description="La semaine n'est pas finie.")


class Cohort(BaseModel):
    """Les personnes inscrites la même semaine, et ce qu'il en reste."""

    cohort: str = Field(description="La semaine d'inscription.", examples=["2026-W40"])
    size: int = Field(description="Leur nombre, celles effacées depuis comprises.")
    active: list[int] | None = Field(
        description="Combien étaient actives la semaine d'inscription, la suivante, et ainsi jusqu'à la semaine en cours,"
        " qui n'est pas finie. `null` si elles sont moins de cinq : le détail pourrait désigner l'une d'elles."
    )


class Analytics(BaseModel):
    """Les inscriptions, les personnes actives et la rétention, de la semaine la plus ancienne à celle en cours."""

    weeks: list[Week] = Field(description="Une ligne par semaine, même vide.")
    retention: list[Cohort] = Field(description="Une ligne par semaine d'inscription, les mêmes semaines.")
