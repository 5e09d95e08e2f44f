#!/bin/sh
# The same as in deploy/compose/postgres; a test compares them.
set -eu
password=$(cat /run/secrets/postgres_password)
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --set "password=$password" <<'SQL'
CREATE ROLE rushes LOGIN PASSWORD :'password';
CREATE DATABASE rushes OWNER rushes ENCODING UTF8 TEMPLATE template0;
SQL
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname rushes --command 'CREATE EXTENSION pg_trgm'
