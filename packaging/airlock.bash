# Completes the arguments of `airlock` in bash.
# shellcheck shell=bash

_airlock() {
  local word=${COMP_WORDS[COMP_CWORD]} help
  COMPREPLY=()
  if ((COMP_CWORD == 1)) || [[ ${COMP_WORDS[1]} == help ]]; then
    help=$("${COMP_WORDS[0]}" help 2>/dev/null |
      sed -n '/^Commands:/,/^$/s/^  \([a-z]\+\) .*/\1/p')
    mapfile -t COMPREPLY < <(compgen -W "$help" -- "$word")
  elif [[ $word == -* ]]; then
    help=$("${COMP_WORDS[0]}" help "${COMP_WORDS[1]}" 2>/dev/null |
      sed -n 's/^  \(--[a-z-]\+\).*/\1/p')
    mapfile -t COMPREPLY < <(compgen -W "$help" -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
}

complete -o filenames -F _airlock airlock
