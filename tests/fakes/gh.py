"""The real gh as somebody uses it whose GitHub is the stand-in."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.github import Hub

HOST = "github.localhost"
BIN = Path(sys.executable).parent  # gh is installed beside Python


@dataclass(frozen=True)
class Done:
    """What commands printed, and the exit code of the last one."""

    code: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Reader:
    """Somebody with a shell.

    Attributes:
        hub: Their GitHub, which gh reaches as plain http through a proxy.
        home: A folder of theirs.
        remotes: Where bare repositories stand as ``owner/name.git``: what git's ssh leads to.
    """

    hub: Hub
    home: Path
    remotes: Path

    def run(self, commands: str, *, token: str = "", folder: Path | None = None, seconds: float = 60) -> Done:
        """Run commands in a shell that stops at the first that fails.

        Args:
            commands: As they stand in a page.
            token: Of gh; without it the App's.
            folder: Where; without it at home, in no repository.
            seconds: How long they may take.
        """
        script = f"set -euo pipefail\n{commands}"
        done = subprocess.run(  # noqa: S603  # the commands of a test
            ["bash", "-c", script],  # noqa: S607  # whichever bash is there
            cwd=folder or self.home, env=self.environment(token or self.hub.app_token), capture_output=True, text=True,
            timeout=seconds, check=False,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    def environment(self, token: str) -> dict[str, str]:
        """Return the environment of the shell.

        gh takes a repository's owner and name from the address of its remote, whose host must be its own: so remotes
        are ``git@github.localhost:owner/name``, and git's ssh is a function that runs the other side here.
        """
        return {
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "GH_HOST": HOST,
            "GH_TOKEN": token,
            "GH_REPO": f"{HOST}/{self.hub.repository}",
            "GH_PROMPT_DISABLED": "1",
            "GH_NO_UPDATE_NOTIFIER": "1",
            "NO_COLOR": "1",
            "http_proxy": self.hub.api,
            "GIT_SSH_COMMAND": f'ssh() {{ cd "{self.remotes}"; eval "$2"; }}; ssh',
            "GIT_SSH_VARIANT": "simple",
            "GIT_CONFIG_COUNT": "3",
            "GIT_CONFIG_KEY_0": "user.name",
            "GIT_CONFIG_VALUE_0": "Octo Cat",
            "GIT_CONFIG_KEY_1": "user.email",
            "GIT_CONFIG_VALUE_1": "octocat@example.org",
            "GIT_CONFIG_KEY_2": "safe.directory",
            "GIT_CONFIG_VALUE_2": "*",
        }

    def clone(self) -> Path:
        """Return a fresh clone of the repository, whose remote gh recognises."""
        target = self.home / "clone"
        done = self.run(f"git clone --quiet git@{HOST}:{self.hub.repository} {target}")
        assert done.code == 0, done.stderr
        return target
