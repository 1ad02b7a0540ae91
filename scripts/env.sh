#!/usr/bin/env bash
# Make a virtual environment and install the project with its tests: scripts/env.sh [FOLDER]
# Uses $PYTHON if set, else the first Python 3.11 or newer it finds.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=${1:-.venv}

fail() { printf 'env: %s\n' "$*" >&2; exit 1; }

# A pyenv shim or a Store alias answers `command -v` without being a Python: so ask it to run.
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

python=
for candidate in ${PYTHON:-python3.11 python3 python3.12 python3.13 python3.14}; do
    if new_enough "$candidate"; then python=$candidate; break; fi
done
[ -n "$python" ] || fail "no Python 3.11 or newer (tried: ${PYTHON:-python3.11, python3, python3.12 …}); set PYTHON=/path/to/python3.11"

if ! new_enough "$venv/bin/python"; then
    rm -rf "$venv"
    "$python" -m venv "$venv" \
        || fail "$python cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv"
fi
echo "env: installing into $venv with $("$venv/bin/python" --version); the first time takes some minutes" >&2
# Twice quiet: what fails is still told, a mirror's remarks on its own folders are not.
"$venv/bin/python" -m pip install --quiet --quiet --disable-pip-version-check --no-input \
    -c constraints.txt -e '.[test]' </dev/null
