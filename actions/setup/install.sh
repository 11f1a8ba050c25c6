#!/usr/bin/env bash
# Installs this repository's mlops with the packages of one extra into a virtual environment of its own below
# RUNNER_TEMP, each package checked against the hash in requirements/<extra>.txt. A second call finds it and returns at
# once, so every action begins with one.
#
#   MLOPS_EXTRA         base, train (default), bot, or train with the client of a bucket: s3, gs, az
#   MLOPS_ENVIRONMENTS  folder that outlives the job, on a runner of one's own: the environment is then made once
#   outputs             mlops, python: paths of the commands; version
set -euo pipefail
unset PYTHONPATH PYTHONHOME
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=actions/setup/common.sh
. "$root/actions/setup/common.sh"

# One hash of the names and the bytes of all that is installed from.
hash_of_sources() {
  local files
  cd "$root"
  files=$(find mlops pyproject.toml README.md LICENSE "requirements/$extra.txt" actions/setup -type f \
    ! -path '*/__pycache__/*' | LC_ALL=C sort)
  { printf '%s\n' "$files" && printf '%s\n' "$files" | git hash-object --no-filters --stdin-paths; } |
    git hash-object --stdin
}

# Makes $venv and sets `pip`. The interpreter's own pip is lent to it where there is one: making another takes 5 s.
make_environment() {
  local without=()
  pip=("$python" -I -m pip --python "$venv_python")
  if "$python" -I -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("pip") is None)'; then
    without=(--without-pip)
  else
    pip=("$venv_python" -I -m pip)
  fi
  rm -rf "$venv"
  "$python" -I -m venv ${without[@]+"${without[@]}"} "$venv" >&2 ||
    stop 5 'The virtual environment could not be made.' 'Free space in RUNNER_TEMP, and run the job again.'
}

# pip without what its own configuration or the environment would add: from the wheels alone.
pip_offline() {
  PIP_CONFIG_FILE=$nowhere "${pip[@]}" --isolated --quiet --disable-pip-version-check install --no-index --no-compile "$@"
}

install_wheels() {
  pip_offline --require-hashes --only-binary=:all: --no-deps --find-links "$wheels" --requirement "$lock"
}

# pip as the runner has it configured, so that a mirror of the organization's is used.
download_wheels() {
  rm -rf "$wheels"
  if "${pip[@]}" --quiet --disable-pip-version-check download --require-hashes --only-binary=:all: --no-deps \
    --dest "$wheels" --requirement "$lock" >"$log" 2>&1; then
    return
  fi
  cat "$log" >&2
  rm -rf "$wheels"
  if grep -q 'DO NOT MATCH THE HASHES' "$log"; then
    stop 3 'A package that was downloaded is not the one that the lock file names. Nothing was installed from it.' \
      'Ask whoever runs the package mirror; do not go on with other hashes.'
  fi
  stop 5 'The packages could not be downloaded; what pip said stands above.' \
    'Run the job again. Without internet, set PIP_INDEX_URL on the runner to a mirror.'
}

# Waits while another job fills the same environment; for one that was killed over it, ten minutes.
take_turns() {
  if ! mkdir -p "$environments" || ! [ -w "$environments" ]; then
    stop 5 'The folder of environments cannot be written to.' 'Let MLOPS_ENVIRONMENTS name a folder of the runner.'
  fi
  until mkdir "$venv.turn" 2>/dev/null; do
    if [ -n "$(find "$venv.turn" -maxdepth 0 -mmin +10 2>/dev/null)" ]; then
      rmdir "$venv.turn" 2>/dev/null || true
    fi
    sleep 1
  done
  trap 'rmdir "$venv.turn"' EXIT
}

# Fills $venv. The mark comes last: an environment without it was cut short, and is made again.
install() {
  local from='the cache'
  make_environment
  if ! [ -d "$wheels" ] || ! install_wheels >"$log" 2>&1; then
    if [ -d "$wheels" ]; then
      echo 'The cached packages do not hold (incomplete, or not what the lock file names); downloading them again.'
    fi
    from='the index'
    download_wheels
    install_wheels >&2 || stop 70 'The downloaded packages could not be installed.' 'Report this with the log above.'
  fi
  pip_offline --no-deps --no-build-isolation "$root" >&2 ||
    stop 70 'mlops itself could not be installed.' 'Report this with the log above.'
  version=$("$mlops" --version) || stop 70 'mlops does not start.' 'Report this with the log above.'
  version=${version%$'\r'}
  printf '%s\n' "${version##* }" >"$venv/version"
  mv "$venv/version" "$venv/complete"
  printf 'Installed mlops %s (%s, %s) in %s s, packages from %s\n' "${version##* }" "$extra" "$tag" "$SECONDS" "$from"
}

read_environment
find_python
sources=$(hash_of_sources)
environments=${MLOPS_ENVIRONMENTS:-$temp}
venv=${environments//\\//}/mlops-$extra-$tag-${sources:0:16}
log=$venv/pip.log
case $nowhere in
  nul) venv_python=$venv/Scripts/python.exe mlops=$venv/Scripts/mlops.exe ;;
  *) venv_python=$venv/bin/python mlops=$venv/bin/mlops ;;
esac
if ! [ -f "$venv/complete" ]; then
  if [ -n "${MLOPS_ENVIRONMENTS:-}" ]; then
    take_turns # what RUNNER_TEMP names belongs to this job alone
  fi
  [ -f "$venv/complete" ] || install
fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  printf 'mlops=%s\npython=%s\nversion=%s\n' "$mlops" "$venv_python" "$(cat "$venv/complete")" >>"$GITHUB_OUTPUT"
fi
