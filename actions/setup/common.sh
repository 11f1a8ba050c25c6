# shellcheck shell=bash disable=SC2034,SC2154 # the scripts that source it read what it sets, and set `root`
# Sourced by key.sh and install.sh. Runs with the bash of every runner: 3.2 on macOS, Git bash on Windows.

# Ends with a letter: the exit code, what happened, what to do now.
stop() {
  printf 'mlops setup: %s\n  do now: %s\n' "$2" "$3" >&2
  if [ "${GITHUB_ACTIONS:-}" = true ]; then
    printf '::error title=mlops setup::%s %s\n' "$2" "$3"
  fi
  exit "$1"
}

# Sets `extra`, `temp`, `wheels` (where its packages are kept) and `lock` (what they must hash to).
read_environment() {
  extra=${MLOPS_EXTRA:-train}
  case $extra in
    base | train | bot | s3 | gs | az) ;;
    *) stop 2 'There is no such extra of mlops.' 'Set the input extra to base, train, bot, s3, gs or az.' ;;
  esac
  if [ -z "${RUNNER_TEMP:-}" ]; then
    stop 2 'RUNNER_TEMP is not set, so there is no place to install to.' \
      'Run this in a job of GitHub Actions, or set RUNNER_TEMP to an empty folder.'
  fi
  if ! command -v git >/dev/null; then
    stop 2 'There is no git on the PATH.' 'Install git on the runner.'
  fi
  temp=${RUNNER_TEMP//\\//} # D:\a\_temp is D:/a/_temp both to Git bash and to the programs of Windows
  wheels=$temp/mlops-wheels-$extra
  lock=$root/requirements/$extra.txt
}

# Sets `python` (the first interpreter on the PATH that will do), `tag` (as in cpython-312) and `nowhere` (the null
# device by its name on this system). Isolated, so that no file of the working folder is imported in place of a module.
find_python() {
  local candidate facts
  for candidate in python3 python python3.14 python3.13 python3.12 python3.11; do
    facts=$("$candidate" -I -S -c '
import os, sys
from importlib.util import find_spec
if sys.version_info >= (3, 11) and find_spec("venv") and find_spec("ensurepip"):
    print(sys.implementation.cache_tag, os.devnull)
' 2>/dev/null) || continue
    facts=${facts%$'\r'}
    if [ -n "$facts" ]; then
      python=$candidate
      tag=${facts%% *}
      nowhere=${facts#* }
      return
    fi
  done
  stop 2 'There is no Python 3.11 or later with the venv module on the PATH.' \
    'Put the action setup before this step, or install Python on the runner (Debian, Ubuntu: python3 and python3-venv).'
}
