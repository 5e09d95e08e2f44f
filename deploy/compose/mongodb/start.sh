#!/bin/sh
# Starts MongoDB of docker-compose.yml. It takes a key file only if nobody but its user can read it, and Compose mounts secrets for everybody in the container.
set -eu
umask 077
cat /run/secrets/mongodb_key > /tmp/mongodb_key
exec docker-entrypoint.sh "$@" --keyFile /tmp/mongodb_key
