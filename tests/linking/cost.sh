#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Tells what libairlock.so costs: the figures of docs/linking.md.
#   usage: bazel run //tests/linking:cost [-- PROCESSES]
# Times are medians over so many processes.

set -euo pipefail
readonly LIBRARY=$1 WITH_ALL=$2 LOAD_COST=$3 PROCESSES=${4:-101}

work=$(mktemp --directory)
trap 'rm --recursive --force "$work"' EXIT
strip --strip-unneeded --remove-section=.comment -o "$work/slim.so" "$LIBRARY"
strip --strip-unneeded --remove-section=.comment -o "$work/all.so" "$WITH_ALL"

row() { printf '%-34s %12s %12s\n' "$@"; }
bytes() { stat --format=%s "$1"; }
# Of one name, or of that and more words: linkers differ.
section() {
  size --format=sysv "$1" |
    awk -v name="$2." 'index($1 ".", name) == 1 { sum += $2 } END { print sum }'
}
relocations() { readelf --relocs --wide "$1" | grep --count ' R_'; }
initializers() { echo $(($(section "$1" .init_array) / 8)); }

row "stripped" "as it is" "without GC"
for what in bytes relocations initializers; do
  row "$what" "$($what "$work/slim.so")" "$($what "$work/all.so")"
done
for name in .text .rodata .eh_frame .data.rel.ro .dynstr; do
  row "bytes of $name" "$(section "$work/slim.so" "$name")" \
    "$(section "$work/all.so" "$name")"
done

# By whose names are in a symbol's; C's without any are BoringSSL's.
echo
nm --demangle --print-size --radix=d "$LIBRARY" | awk '
  NF < 4 || $3 ~ /[bBdDrR]/ { next }
  { whose = "BoringSSL" }
  / (std|__gnu_cxx)::/ { whose = "the standard library" }
  /absl::/ { whose = "Abseil" }
  /airlock/ { whose = "Airlock" }
  /nlohmann::/ { whose = "nlohmann-json" }
  /YAML::/ { whose = "yaml-cpp" }
  { code[whose] += $2 }
  END { for (w in code) printf "%-34s %12d\n", "code of " w, code[w] }' | sort

echo
echo "medians of $PROCESSES processes"
for ((i = 0; i < PROCESSES; i++)); do
  env --ignore-environment "$LOAD_COST" "$work/slim.so"
done >"$work/samples"
column=0
for what in 'loading libstdc++, us' 'loading libairlock.so, us' \
  'airlock_runtime_new, us' 'resident, KB' 'own, KB'; do
  column=$((column + 1))
  row "$what" "$(cut --delimiter=' ' --fields=$column "$work/samples" |
    sort --numeric-sort | sed -n "$(((PROCESSES + 1) / 2))p")" ''
done
