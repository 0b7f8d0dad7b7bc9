#!/bin/bash
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Makes airlock(1) from the command's help texts.
#   usage: make_man.sh airlock

set -euo pipefail
readonly AIRLOCK=$1

# Literal text, in roff.
verbatim() {
  echo .nf
  sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/^\\([.']\\)/\\\\\\&\\1/"
  echo .fi
}

cat <<'END'
.TH AIRLOCK 1 "" Airlock
.SH NAME
airlock \- TLS for the applications of a sandboxed platform
.SH DESCRIPTION
END
help=$("$AIRLOCK" help)
verbatim <<<"$help"
commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]\+\) .*/\1/p' <<<"$help")
while read -r command; do
  [[ $command != help ]] || continue
  echo ".SH AIRLOCK ${command^^}"
  "$AIRLOCK" help "$command" | verbatim
done <<<"$commands"
cat <<'END'
.SH SEE ALSO
.BR airlock.yaml (5),
.BR libairlock (3)
END
