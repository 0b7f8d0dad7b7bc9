#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# What `airlock serve` serves, to curl and openssl.
#   usage: curl_test.sh AIRLOCK

set -euo pipefail
readonly AIRLOCK=$1 CERTS=testdata/certs
cd_tmp=$(mktemp --directory --tmpdir="$TEST_TMPDIR")
readonly TMP=$cd_tmp

die() {
  printf 'FAIL: %s\n' "$@" >&2
  exit 1
}
same() { [[ $1 == "$2" ]] || die "$3: expected '$2', but it is '$1'"; }
has() { [[ $1 == *"$2"* ]] || die "$3: '$2' is not in '$1'"; }

mkdir "$TMP/site" "$TMP/up"
seq 200000 >"$TMP/site/numbers.txt"
head --bytes=3000000 /dev/urandom >"$TMP/site/random.bin"
# Not so fresh that their tags are weak.
touch --date='2026-01-02 03:04:05 UTC' "$TMP/site/"*

coproc "$AIRLOCK" serve --cert="$CERTS/server_p256_chain.pem" \
  --key="$CERTS/server_p256.key" --port=0 --root="$TMP/site" \
  --upload="$TMP/up" --max-body=5000000 --client-ca="$CERTS/ca.pem" \
  2>"$TMP/log"
readonly SERVER=$COPROC_PID
trap 'kill "$SERVER"' EXIT
read -r listening <&"${COPROC[0]}"
port=${listening%%,*}
readonly PORT=${port##*:}
readonly URL=https://localhost:$PORT

# `fetch OPTIONS PATH`: what curl prints.
HTTP=--http1.1
fetch() {
  local path=${*: -1}
  curl "$HTTP" --silent --show-error --noproxy '*' --max-time 60 \
    --cacert "$CERTS/ca.pem" "${@:1:$#-1}" "$URL$path"
}
status() { fetch --output "$TMP/body" --write-out '%{http_code}' "$@"; }
header() { # NAME OPTIONS PATH
  fetch --output "$TMP/body" --dump-header - "${@:2}" |
    sed --quiet "s/^$1: *//Ip" | tr --delete '\r'
}
random() { cmp "$1" "$TMP/site/random.bin" || die "$2: other bytes"; }

# Until the clock has left the second of their last change.
while [[ $(header etag /random.bin) == W/* ]]; do :; done

test_files() {
  fetch --output "$TMP/got" /random.bin
  random "$TMP/got" 'a file'
  same "$(header content-length --head /random.bin)" 3000000 'HEAD'
  # RFC 9110, section 8.6: a length is that of GET, also of errors.
  local path
  for path in /missing /_upload/ /_upload/x /_echo /_tls/x; do
    same "$(header content-length --head "$path")" \
      "$(header content-length "$path")" "HEAD $path"
  done
  same "$(status --request DELETE /random.bin)" 405 DELETE
  same "$(header allow --request OPTIONS /random.bin)" 'GET, HEAD, OPTIONS' \
    OPTIONS
}

test_ranges() {
  same "$(fetch --range 10-19 /random.bin | sha256sum)" \
    "$(dd if="$TMP/site/random.bin" bs=1 skip=10 count=10 status=none |
      sha256sum)" 'a range'
  has "$(header content-type --range 0-3,-7 /numbers.txt)" \
    'multipart/byteranges; boundary=' 'two ranges'
  same "$(grep --count '^Content-Range: bytes ' "$TMP/body")" 2 'parts'
  same "$(status --range 3000000- /random.bin)" 416 'beyond the end'
  # A download that was cut off.
  head --bytes=1000000 "$TMP/site/random.bin" >"$TMP/part"
  fetch --continue-at - --output "$TMP/part" /random.bin
  random "$TMP/part" 'a resumed download'
}

test_conditions() {
  fetch --etag-save "$TMP/etag" --output "$TMP/got" /random.bin
  same "$(status --etag-compare "$TMP/etag" /random.bin)" 304 'the same tag'
  same "$(status --time-cond "$TMP/site/random.bin" /random.bin)" 304 \
    'not modified since'
  same "$(status --time-cond '2020-01-01' /random.bin)" 200 'modified since'
  same "$(status --header 'If-Match: "x"' /random.bin)" 412 'another tag'
}

test_gzip() {
  same "$(header content-encoding --compressed /numbers.txt)" gzip gzip
  cmp "$TMP/body" "$TMP/site/numbers.txt" || die 'gzip: other bytes'
  same "$(header content-encoding --compressed --head /numbers.txt)" gzip HEAD
  same "$(header content-length --compressed --head /numbers.txt)" '' HEAD
  same "$(header content-encoding --compressed /random.bin)" '' 'no text'
  same "$(header vary /numbers.txt)" Accept-Encoding Vary
}

test_uploads() {
  rm --force "$TMP/up/"*
  same "$(status --upload-file "$TMP/site/random.bin" /_upload/)" 201 upload
  random "$TMP/up/random.bin" 'an upload'
  same "$(status --upload-file "$TMP/site/numbers.txt" /_upload/random.bin)" \
    409 'a name that exists'
  same "$(status --header 'Transfer-Encoding: chunked' \
    --upload-file "$TMP/site/random.bin" /_upload/chunked)" 201 chunked
  random "$TMP/up/chunked" 'chunks'
  head --bytes=5000001 /dev/zero >"$TMP/large"
  same "$(status --upload-file "$TMP/large" /_upload/large)" 413 'too large'
  same "$(status --header 'Transfer-Encoding: chunked' \
    --upload-file "$TMP/large" /_upload/large || true)" 413 'too many chunks'
  # A client that gives up in the middle.
  local code=0
  fetch --limit-rate 100K --max-time 0.5 --upload-file "$TMP/site/random.bin" \
    /_upload/cut 2>/dev/null || code=$?
  same "$code" 28 'an upload that takes too long'
  grep --quiet --max-count=1 'upload of cut failed' \
    < <(tail --follow --lines=+1 --pid="$SERVER" "$TMP/log")
  same "$(find "$TMP/up" -type f -printf '%f\n' | sort | xargs)" \
    'chunked random.bin' 'what is kept'
  same "$(fetch --data hello /_echo | tail --lines=1)" hello echo
}

test_connection() {
  has "$(fetch '/_tls?json')" '"certificate": "none"' 'no certificate'
  local shown
  shown=$(fetch --cert "$CERTS/client_p256.pem" \
    --key "$CERTS/client_p256.key" '/_tls?json')
  has "$shown" '"certificate": "verified"' 'a certificate'
  has "$shown" "$(openssl x509 -in "$CERTS/client_p256.pem" -noout \
    -fingerprint -sha256 | cut --delimiter== --fields=2)" 'its fingerprint'
  has "$(fetch --tls-max 1.2 '/_tls?json')" '"protocol": "TLSv1.2"' version
  same "$(status --tls-max 1.2 --data '' /_tls/key-update)" 409 'TLS 1.2'
  has "$(fetch /_tls/metrics)" airlock_http_requests_total metrics
}

# `session OPTIONS`: openssl's report, with messages, of a request that is
# written to its standard input.
session() {
  timeout 60 openssl s_client -connect "localhost:$PORT" \
    -servername localhost -CAfile "$CERTS/ca.pem" -verify_return_error \
    -ign_eof -msg "$@" 2>&1
}

test_key_update() {
  mkfifo "$TMP/requests"
  exec {answers}< <(session <"$TMP/requests")
  exec {requests}>"$TMP/requests"
  printf 'POST /_tls/key-update?json HTTP/1.1\r\nHost: localhost\r\n\r\n' \
    >&"$requests"
  local line seen=''
  # The end of the first response.
  while [[ $seen != *'"note"'* ]]; do
    read -r line <&"$answers" || die "no key update: $seen"
    seen+=$line$'\n'
  done
  # The client's own update precedes its next request, which is answered.
  printf 'GET /_tls HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' \
    >&"$requests"
  seen+=$(cat <&"$answers")
  exec {requests}>&- {answers}<&-
  same "$(grep --count '^<<<.* KeyUpdate' <<<"$seen")" 1 'of the server'
  same "$(grep --count '^>>>.* KeyUpdate' <<<"$seen")" 1 'of the client'
  same "$(grep --count '^HTTP/1.1 200' <<<"$seen")" 2 'responses'
}

test_resumption() {
  local version
  ask() {
    printf 'GET /_tls?json HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n' \
      'Connection: close' | session "$@"
  }
  for version in -tls1_2 -tls1_3; do
    has "$(ask "$version" -sess_out "$TMP/session")" '"resumed": false' \
      "first $version"
    has "$(ask "$version" -sess_in "$TMP/session")" '"resumed": true' \
      "second $version"
  done
}

# The client sees that a file is incomplete if it becomes shorter meanwhile.
test_shorter_file() {
  truncate --size=100M "$TMP/site/shrinks.bin"
  local code=0
  fetch --limit-rate 20M --output - /shrinks.bin 2>/dev/null | {
    head --bytes=1000 >/dev/null
    truncate --size=1M "$TMP/site/shrinks.bin"
    cat >/dev/null
  } || code=$?
  # Incomplete, reset, or an error of the stream.
  ((code == 18 || code == 56 || code == 92)) || die "curl's exit code is $code"
}

# curl offers the protocol http/1.0 then, and no other.
test_http10() {
  local got
  got=$(HTTP=--http1.0 fetch --include --header 'Accept-Encoding: gzip' \
    --range 0-3 /numbers.txt | tr --delete '\r')
  has "$got" 'HTTP/1.0 206 ' 'HTTP/1.0'
  HTTP=--http1.0 fetch --output "$TMP/got" --compressed /numbers.txt
  cmp "$TMP/got" "$TMP/site/numbers.txt" || die 'HTTP/1.0: other bytes'
}

for name in files ranges conditions gzip uploads connection shorter_file; do
  for HTTP in --http1.1 --http2; do
    "test_$name"
    echo "ok: $name, $HTTP"
  done
done
test_http10
test_key_update
test_resumption
