// Whether MongoDB of docker-compose.yml takes writes, asked by mongosh. The first time it makes a replica set of this one member: what is acknowledged by a
// majority is then in the journal, and a second member can be added.
const NOT_YET_INITIALIZED = 94;
const admin = db.getSiblingDB('admin');
admin.auth('root', require('node:fs').readFileSync('/run/secrets/mongodb_root_password', 'utf8').trim());
try {
  admin.runCommand({ replSetGetStatus: 1 });
} catch (error) {
  if (error.code !== NOT_YET_INITIALIZED) throw error;
  admin.runCommand({ replSetInitiate: { _id: 'rushes', members: [{ _id: 0, host: 'mongodb:27017' }] } });
}
if (admin.runCommand({ hello: 1 }).isWritablePrimary !== true) quit(1);
