"""Accounts as GraphQL shows them, and whose boards they are."""

from tests.fakes.github import shapes
from tests.fakes.github.accounts import Account
from tests.fakes.github.graphql import board_things
from tests.fakes.github.graphql.asking import Asked, Record


def actor(asked: Asked, who: Account) -> Record:
    """Return who did something; an App has its name without ``[bot]`` here, unlike in the REST API."""
    login = who.login.removesuffix("[bot]")
    path = f"/apps/{login}" if who.kind == "Bot" else f"/{login}"
    shown: Record = {
        "__typename": who.kind,
        "id": shapes.node("U", who.number),
        "databaseId": who.number,
        "login": login,
        "url": f"https://github.com{path}",
        "resourcePath": path,
        "avatarUrl": f"https://avatars.githubusercontent.com/u/{who.number}",
        "createdAt": shapes.BEGAN,
        "updatedAt": shapes.BEGAN,
    }
    return shown if who.kind == "Bot" else shown | _owner(asked, who)


def _owner(asked: Asked, who: Account) -> Record:
    """Return what people and organizations have beyond an App."""
    return {
        "name": who.login.title(),
        "email": "",
        "viewerIsAMember": False,
        "viewerCanCreateProjects": False,
        "isViewer": asked.account == who,
        "projectV2": lambda asked, given: board_things.of_owner(asked, who.login, given["number"]),
        "projectsV2": lambda asked, given: board_things.all_of(asked, who.login, given),
    }


def viewer(asked: Asked) -> Record:
    """Return who asks: always a user, so that an App keeps its ``[bot]`` here."""
    return actor(asked, asked.account) | _owner(asked, asked.account) | {
        "__typename": "User",
        "login": asked.account.login,
    }  # fmt: skip
