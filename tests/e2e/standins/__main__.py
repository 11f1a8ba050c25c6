"""Run the stand-in that is named: ``python3 -m tests.e2e.standins checkout``."""

import sys

from tests.e2e.standins import artifacts, local
from tests.e2e.standins.step import StepError, say

ACTIONS = {
    "attest": local.attest,
    "cache": local.cache,
    "checkout": local.checkout,
    "create-github-app-token": local.create_github_app_token,
    "deploy-pages": artifacts.deploy_pages,
    "download-artifact": artifacts.download,
    "setup-python": local.setup_python,
    "upload-artifact": artifacts.upload,
    "upload-pages-artifact": artifacts.upload_pages,
}

if __name__ == "__main__":
    try:
        ACTIONS[sys.argv[1]]()
    except StepError as error:
        say(f"::error::{error}")
        sys.exit(1)
