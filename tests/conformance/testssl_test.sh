#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# What testssl.sh finds in `airlock serve` with its defaults: nothing of severity
# LOW or above. Takes about half a minute of one processor, most of it in its
# shell.
#   usage: testssl_test.sh AIRLOCK

set -euo pipefail
readonly AIRLOCK=$PWD/$1
cd "$TEST_TMPDIR"

die() {
  printf 'FAIL: %s\n' "$@" >&2
  exit 1
}

testssl=$(command -v testssl) || die "testssl.sh is not installed (see setup)"

mkfifo said
"$AIRLOCK" serve --self-signed --port=0 >said 2>&1 &
readonly SERVER=$!
trap 'kill $SERVER 2>/dev/null || true' EXIT
exec 3<said
port=
while [[ -z $port ]] && IFS= read -r line <&3; do
  port=$(sed -n 's/^Listening on 127.0.0.1:\([0-9]*\).*/\1/p' <<<"$line")
done
[[ -n $port ]] || die "the server has ended"
cat <&3 >/dev/null &

# Its exit status is a number of findings.
"$testssl" --quiet --color 0 --warnings batch --nodns none --protocols \
  --server-preference --standard --fs --server-defaults --vulnerable \
  --jsonfile findings.json "127.0.0.1:$port" >testssl.txt 2>&1 || true
grep --quiet '^ Done ' testssl.txt || die "testssl did not finish:" \
  "$(cat testssl.txt)"

# Of a certificate that was made now, that no one has signed and that ends in a
# week, these are not in the server's hands.
python3 - <<'END' || die "see above" "$(cat testssl.txt)"
import json
OURS = ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL', 'FATAL')
NOT_OURS = ('cert_chain_of_trust', 'cert_expirationStatus', 'cert_extlifeSpan',
            'cert_notAfter', 'cert_revocation', 'cert_trust', 'DNS_CAArecord',
            'OCSP_stapling')
findings = json.load(open('findings.json'))
assert len(findings) > 50, findings
bad = [f for f in findings if f['severity'] in OURS and
       not f['id'].startswith(NOT_OURS)]
for finding in bad:
    print(finding)
raise SystemExit(1 if bad else 0)
END
