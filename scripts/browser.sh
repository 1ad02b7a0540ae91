#!/usr/bin/env bash
# Print the path of a Chromium that runs here, and bring one when there is none.
#   scripts/browser.sh          find, else install
#   scripts/browser.sh --find   find only; exit 1 when there is none
# ONCALL_TEST_BROWSER names another browser and is believed only if it runs.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf 'browser: %s\n' "$*" >&2; }

# Ubuntu's `chromium` is a stub that asks for snap: so a browser counts only when it starts.
runs() { [ -n "$1" ] && timeout 30 "$1" --version >/dev/null 2>&1; }

bundled() {
    [ -x .venv/bin/python ] || return 0
    .venv/bin/python - <<'PY'
from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
PY
}

find_browser() {
    local candidate path
    for candidate in "${ONCALL_TEST_BROWSER:-}" chromium chromium-browser google-chrome google-chrome-stable; do
        path=$(command -v "${candidate:-/nonexistent}" 2>/dev/null) || continue
        if runs "$path"; then echo "$path"; return 0; fi
    done
    path=$(bundled 2>/dev/null) || return 1
    if runs "$path"; then echo "$path"; return 0; fi
    return 1
}

if find_browser; then exit 0; fi
[ "${1:-}" != --find ] || exit 1

root=
if [ "$(id -u)" = 0 ]; then root=env
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then root='sudo -n'; fi

if [ -n "$root" ] && command -v apt-get >/dev/null; then
    say "no Chromium here; installing it with apt-get"
    export DEBIAN_FRONTEND=noninteractive
    if $root apt-get update -q >&2 </dev/null \
        && $root apt-get install -y -q --no-install-recommends chromium fonts-noto-cjk >&2 </dev/null; then
        if find_browser; then exit 0; fi
    fi
    say "apt-get did not bring a Chromium that starts"
fi

say "asking Playwright for its Chromium"
if [ -n "$root" ]; then
    .venv/bin/python -m playwright install-deps chromium >&2 </dev/null || say "its system libraries were not installed"
fi
.venv/bin/python -m playwright install chromium >&2 </dev/null || say "its download failed"
if find_browser; then exit 0; fi

say "no browser: neither apt-get nor Playwright's installer could bring one."
say "Install Chromium or Google Chrome, or set ONCALL_TEST_BROWSER=/path/to/it, and try again."
exit 1
