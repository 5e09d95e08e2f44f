// Once, when MongoDB of docker-compose.yml has made its data folder, run by mongosh: the user of Rushes, with rights to its database and no other.
db.getSiblingDB('admin').createUser({
  user: 'rushes',
  pwd: require('node:fs').readFileSync('/run/secrets/mongodb_password', 'utf8').trim(),
  roles: [{ role: 'readWrite', db: 'rushes' }],
});
