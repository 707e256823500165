#!/usr/bin/env bash
# Makes .venv with the Python libraries that Millrace is compared with (about a minute, 2 GB).
# Does nothing when the pinned versions are already there.
set -euo pipefail
cd "$(dirname "$0")/.."
stamp=.venv/requirements.txt
if [ -f "$stamp" ] && cmp -s golden/requirements.txt "$stamp"; then exit 0; fi
command -v python3 >/dev/null || { echo 'golden/setup.sh: python3 is absent' >&2; exit 2; }
[ -x .venv/bin/python ] || python3 -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check "$(grep '^torch==' golden/requirements.txt)"
.venv/bin/pip install --quiet --disable-pip-version-check -r golden/requirements.txt
cp golden/requirements.txt "$stamp"
