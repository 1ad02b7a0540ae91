#!/usr/bin/env bash
# Renew constraints.txt: install the newest releases setup.cfg allows into a fresh environment and
# write down what came. Versions only, no addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

"${PYTHON:-python3}" -m venv "$fresh/venv"
"$fresh/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input '.[test]' </dev/null
{
    sed '/^[^#]/,$d' constraints.txt
    "$fresh/venv/bin/python" -m pip freeze --exclude dehua-oncall | grep -E '^[A-Za-z0-9._-]+==[^ ]+$'
} >"$fresh/constraints.txt"
cp "$fresh/constraints.txt" constraints.txt
git --no-pager diff --stat -- constraints.txt
