/** What the answers of a server mean for a store. Pure. */
import type { StoreFinding } from '@rushes/ports';

/** What a server says of itself, as far as this user may ask. */
export interface ServerFacts {
  readonly version: string;
  /** Whether it is MongoDB's own server, by what only that says of its build. */
  readonly isMongod: boolean;
  readonly role: 'standalone' | 'replica set' | 'sharded';
  /** Members that keep data and can become primary; 0 where there is no set. */
  readonly members: number;
  readonly arbiters: number;
  readonly isReadOnly: boolean;
  /** Whether a majority acknowledges from its journal; `undefined`: this user may not ask. */
  readonly majorityFromJournal: boolean | undefined;
}

/** What a user may do with what, as `connectionStatus` shows it. */
export interface Privilege {
  readonly resource: {
    readonly db?: string;
    readonly collection?: string;
    readonly anyResource?: boolean;
  };
  readonly actions: readonly string[];
}

/** The oldest release whose queries, updates and index builds this program relies on. */
const OLDEST_MAJOR = 6;
const READ_ACTIONS = ['find', 'listCollections'];
const WRITE_ACTIONS = ['insert', 'update', 'remove', 'createCollection', 'createIndex', 'dropCollection'];

const warning = (message: string, hint: string): StoreFinding => ({ level: 'warning', message, hint });
const fault = (message: string, hint: string): StoreFinding => ({ level: 'fault', message, hint });

const versionFindings = ({ version, isMongod }: ServerFacts): readonly StoreFinding[] => {
  if (!isMongod)
    return [
      warning(
        `it speaks MongoDB's protocol, as version ${version}, and is no mongod: nothing is known of what it keeps`,
        'Use it for tests only; keep what matters on MongoDB 6.0 or later.',
      ),
    ];
  return Number(version.split('.')[0]) >= OLDEST_MAJOR
    ? []
    : [fault(`it is MongoDB ${version}`, `Use MongoDB ${OLDEST_MAJOR}.0 or later.`)];
};

const setFindings = ({ role, members, arbiters, isMongod }: ServerFacts): readonly StoreFinding[] => {
  if (!isMongod || role === 'sharded') return [];
  if (role === 'standalone' || members === 1)
    return [
      warning(
        `it is ${role === 'standalone' ? 'a server without a replica set' : 'a replica set of one'}: its majority is itself, so what was acknowledged is lost with its disk`,
        'Use a replica set of three members that keep data.',
      ),
    ];
  return members === 2 || arbiters > 0
    ? [
        warning(
          `its replica set has ${members} members that keep data${arbiters > 0 ? ' and an arbiter' : ''}: while one of them is down, no majority keeps a write, and writes wait`,
          'Use a replica set of three members that keep data.',
        ),
      ]
    : [];
};

/** What is wrong with a server, and what is only unwise. */
export const serverFindings = (facts: ServerFacts): readonly StoreFinding[] => [
  ...versionFindings(facts),
  ...setFindings(facts),
  ...(facts.isReadOnly ? [fault('it is read-only', 'Start it without a read-only disk or mode.')] : []),
  ...(facts.majorityFromJournal === false
    ? [
        warning(
          'writeConcernMajorityJournalDefault is off: members acknowledge what is in their memory',
          'Set it to true in the configuration of the replica set.',
        ),
      ]
    : []),
];

const covers = ({ resource }: Privilege, database: string): boolean =>
  resource.anyResource === true ||
  ((resource.db === database || resource.db === '') && (resource.collection === '' || resource.collection === undefined));

/**
 * What a user may not do in a database. `undefined` privileges: nobody has said who they are, so the server asks nobody; or it cannot tell.
 * Rights to single collections do not count: collections of views have names that nobody knows before.
 */
export const privilegeFindings = (database: string, privileges: readonly Privilege[] | undefined): readonly StoreFinding[] => {
  if (privileges === undefined) return [];
  const allowed = new Set(privileges.filter((one) => covers(one, database)).flatMap(({ actions }) => actions));
  const lacking = (actions: readonly string[]): readonly string[] =>
    actions.filter((action) => !allowed.has(action) && !allowed.has('anyAction'));
  const [reading, writing] = [lacking(READ_ACTIONS), lacking(WRITE_ACTIONS)];
  return [
    ...(reading.length > 0
      ? [
          fault(
            `this user may not read the database ${database} (${reading.join(', ')})`,
            `Grant the role readWrite on ${database}; read is enough for a process that only reads.`,
          ),
        ]
      : []),
    ...(writing.length > 0
      ? [
          warning(
            `this user may not write to the database ${database} (${writing.join(', ')})`,
            `Grant the role readWrite on ${database} to processes that write: runs, and the command that makes keys.`,
          ),
        ]
      : []),
  ];
};
