#!/bin/sh
# Ask the HTTP interface everything its own description allows, and more; no 5xx, nothing undocumented.
# ONLY="group" asks only the addresses that match it.
# Schemathesis is not one of our pins: it lives in an environment of its own under var/.
set -eu
cd "$(dirname "$0")/.."
port="${PORT:-8119}"
folder="$(mktemp -d)"
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
server=0
tools="$PWD/var/schemathesis"
if [ ! -x "$tools/bin/schemathesis" ]; then
    .venv/bin/python -m venv "$tools"
    "$tools/bin/pip" install --quiet "schemathesis>=4.32,<5"
fi
export ONCALL_DATABASE_URL="sqlite:///$folder/oncall.db"
.venv/bin/oncall init --sample >/dev/null
.venv/bin/oncall transfer new --to SOE-CITYBUILD --urgency urgent --summary 水管爆裂 >/dev/null
token="$(.venv/bin/oncall token create --name surface --role admin --json |
    .venv/bin/python -c 'import json, sys; print(json.load(sys.stdin)["token"])')"
.venv/bin/oncall serve --no-engine --port "$port" >"$folder/serve.log" 2>&1 &
server=$!
# It keeps a cache where it runs: not in the repository.
cd "$folder"
"$tools/bin/schemathesis" run "http://127.0.0.1:$port/api/v1/openapi.json" \
    --wait-for-schema 60 -H "Authorization: Bearer $token" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    ${ONLY:+--include-path-regex "$ONLY"} --phases coverage,fuzzing --max-examples "${EXAMPLES:-25}" --seed 20261126 --no-color
