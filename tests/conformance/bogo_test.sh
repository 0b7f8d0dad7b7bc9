#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Airlock against BoringSSL's own test suite (BoGo): its runner, which is in the
# source that Airlock is built from, plays thousands of peers, most of them
# hostile. Each connection is one run of the shim.
#   usage: bogo_test.sh SHIM BORINGSSL_LICENSE DISABLED.json [RUNNER_FLAG...]

set -euo pipefail
SHIM=$PWD/$1
DISABLED=$PWD/$3
# The license is a link into the source.
SOURCE=$(dirname "$(readlink --canonicalize "$2")")
readonly SHIM DISABLED SOURCE
shift 3
# How many of the runner's tests pass: raise it when more do.
readonly PASSING=2522

die() {
  printf 'FAIL: %s\n' "$@" >&2
  exit 1
}

go=$(command -v go || compgen -G '/usr/lib/go-*/bin/go' | tail -n 1) || {
  echo "SKIPPED: Go is not installed (setup installs it)"
  exit 0
}
[[ -d /usr/share/gocode/src/golang.org/x/crypto ]] || {
  echo "SKIPPED: golang-golang-x-crypto-dev is not installed (setup installs it)"
  exit 0
}

# The runner, on a GOPATH, since nothing may be downloaded.
readonly HOST=$TEST_TMPDIR/go/src/boringssl.googlesource.com
mkdir -p "$HOST/boringssl/ssl/test" "$HOST/boringssl/util"
cp -r "$SOURCE/ssl/test/runner" "$HOST/boringssl/ssl/test"
cp -r "$SOURCE/util/testresult" "$HOST/boringssl/util"
cd "$HOST/boringssl/ssl/test/runner"
# Airlock has no 3DES, and these tests need only some suite with RSA.
sed -i 's/{TLS_RSA_WITH_3DES_EDE_CBC_SHA}/{TLS_RSA_WITH_AES_128_CBC_SHA}/' \
  runner.go
export GO111MODULE=off GOFLAGS='' GOTOOLCHAIN=local
export GOPATH=$TEST_TMPDIR/go:/usr/share/gocode GOCACHE=$TEST_TMPDIR/gocache
if grep --quiet 'filippo.io/mldsa' ./*.go; then
  echo "SKIPPED: this BoringSSL's runner needs modules that Debian does not have"
  exit 0
fi
"$go" test -c -o "$TEST_TMPDIR/runner" . || die "the runner does not build"

# Its certificates have expired: the same keys get new ones.
for key in key.pem {ecdsa_p{224,256,384,521},ed25519,rsa_1024}_key.pem; do
  openssl req -new -x509 -key "$key" -days 2 -out "${key%key.pem}cert.pem" \
    -subj '/C=AU/ST=Some-State/O=Internet Widgits Pty Ltd'
done
openssl req -new -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
  -keyout ca.key -days 2 -subj '/CN=B CA' -out ca 2>/dev/null
openssl req -new -key rsa_chain_key.pem -subj '/CN=Client Cert A' |
  openssl x509 -req -CA ca -CAkey ca.key -days 2 -out leaf 2>/dev/null
cat leaf ca >rsa_chain_cert.pem
cat ./*cert.pem >trust

status=0
"$TEST_TMPDIR/runner" -shim-path "$SHIM" -shim-config "$DISABLED" \
  -shim-extra-flags "-trust;$PWD/trust" -allow-unimplemented -pipe \
  -idle-timeout 1m "$@" \
  >"$TEST_TMPDIR/results" 2>&1 || status=$?

count() { grep --count "^$1 (" "$TEST_TMPDIR/results" || true; }
passed=$(count PASSED)
failed=$(count FAILED)
unimplemented=$(count UNIMPLEMENTED)
echo "passed $passed, failed $failed, unimplemented $unimplemented"
if ((failed > 0 || status != 0)); then
  grep --invert-match --extended-regexp '^(PASSED|UNIMPLEMENTED) ' \
    "$TEST_TMPDIR/results" >&2
  die "$failed of BoringSSL's tests fail (status $status)"
fi
# All of them, unless some were chosen.
(($# > 0)) || ((passed >= PASSING)) ||
  die "only $passed of BoringSSL's tests were run and passed, not $PASSING"
