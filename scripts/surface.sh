#!/bin/sh
# Ask the HTTP interface everything its own description allows, and more, then walk along its links
# from call to call while the engine runs: no 5xx, nothing undocumented.
# ONLY="group" asks only the addresses that match it; EXAMPLES is how many of each, WALK for how many
# seconds it walks.
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
oncall() { .venv/bin/oncall "$@"; }
token() {
    oncall token create --name "$1" --role "$1" --json |
        .venv/bin/python -c 'import json, sys; print(json.load(sys.stdin)["token"])'
}
oncall init --sample >/dev/null
# Something in every list: a group, an alarm, matters that wait, ladders that came to draft orders.
printf 'name,unit,needed\n防汛组,GOV-WATER,any\n防汛组,SOE-CITYBUILD,\n防汛组,TWN-100,\n' >"$folder/groups.csv"
oncall group import "$folder/groups.csv" >/dev/null 2>&1
oncall transfer new --to 邮政德化分公司 --urgency urgent --summary 信箱被盗 >/dev/null 2>&1
oncall transfer new --to SOE-CITYBUILD --urgency urgent --summary 水管爆裂 >/dev/null 2>&1
for ref in 1 2 3; do
    oncall transfer new --to GOV-WATER --urgency urgent --from 12345 --ref "$ref" --summary 停水 >/dev/null 2>&1
    for _ in 1 2 3 4 5 6; do
        oncall transfer escalate "12345:$ref" --by 值班员 >/dev/null 2>&1 || true
    done
done
# Orders are a supervisor's alone.
cat >"$folder/schemathesis.toml" <<TOML
headers = { Authorization = "Bearer $(token admin)" }
[phases.stateful]
max-steps = 30
[[operations]]
include-tag = "supervision"
headers = { Authorization = "Bearer $(token supervisor)" }
TOML
.venv/bin/oncall serve --port "$port" >"$folder/serve.log" 2>&1 &
server=$!
# The bodies of our links are whole: chance is not to add to them.
.venv/bin/python - "http://127.0.0.1:$port" "$folder/openapi.json" <<'PYTHON'
import json
import sys
import time

import httpx

service, file = sys.argv[1:]
for _ in range(120):
    try:
        document = httpx.get(f"{service}/api/v1/openapi.json").json()
        break
    except httpx.TransportError:
        time.sleep(0.5)
else:
    sys.exit("the service did not start")
calls = (call for methods in document["paths"].values() for call in methods.values())
for link in (x for c in calls for r in c["responses"].values() for x in r.get("links", {}).values()):
    link["x-schemathesis"] = {"merge_body": False}
with open(file, "w") as out:
    json.dump(document, out)
PYTHON
# It keeps a cache where it runs: not in the repository.
cd "$folder"
ask() {
    "$tools/bin/schemathesis" --config-file "$folder/schemathesis.toml" \
        run "$folder/openapi.json" --url "http://127.0.0.1:$port" \
        --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
        ${ONLY:+--include-path-regex "$ONLY"} --seed "${SEED:-20261126}" --request-timeout 60 --no-color "$@"
}
ask --phases examples,coverage,fuzzing --max-examples "${EXAMPLES:-25}"
ask --phases stateful --max-time "${WALK:-120}"
# What the engine could not do by itself must be seen as well.
if grep -n "Traceback\|incident" "$folder/serve.log"; then
    exit 1
fi
