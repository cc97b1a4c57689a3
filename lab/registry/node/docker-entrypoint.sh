#!/bin/sh
# As in the official image: what is no command of the system (an option, a script, nothing known) is for node to run.
set -e
is_command() { command -v "$1" >/dev/null && { [ ! -f "$1" ] || [ -x "$1" ]; }; }
case $1 in
  -*) set -- node "$@" ;;
  *) is_command "$1" || set -- node "$@" ;;
esac
exec "$@"
