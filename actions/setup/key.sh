#!/usr/bin/env bash
# Names the cache of wheels: what they depend on is the system, the interpreter and the lock file, and nothing else.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=actions/setup/common.sh
. "$root/actions/setup/common.sh"

read_environment
find_python
key=mlops-wheels-${RUNNER_OS:-$(uname -s)}-${RUNNER_ARCH:-$(uname -m)}-$tag-$extra-$(git hash-object --no-filters "$lock")
printf 'Cache of packages: %s\n' "$key"
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  printf 'key=%s\npath=%s\n' "$key" "$wheels" >>"$GITHUB_OUTPUT"
fi
