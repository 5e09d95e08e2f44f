/** What a server says in its errors, as what somebody can do. Pure. */

interface Meaning {
  readonly reason: string;
  readonly hint: string;
}

const MEANINGS: Readonly<Record<string, Meaning>> = {
  OOM: {
    reason: 'is full and keeps nothing new',
    hint: 'Set maxmemory-policy to allkeys-lru, so that it makes room by itself, or give it more memory.',
  },
  NOPERM: {
    reason: 'does not let this user do that',
    hint: 'Grant the user `~PREFIX:* +get +set +del +pttl +time +eval +evalsha +ping +info`, with redis.keyPrefix as the prefix.',
  },
  NOAUTH: { reason: 'asks for a password', hint: 'Set redis.passwordFile, and redis.user if it is not the default user.' },
  WRONGPASS: { reason: 'does not accept this user and password', hint: 'Correct redis.user and redis.passwordFile.' },
  READONLY: { reason: 'is a replica, which keeps nothing', hint: 'Name an address that leads to the primary.' },
  MISCONF: {
    reason: 'refuses writes because it cannot save its data to its disk',
    hint: 'Free its disk, or switch its snapshots off: a cache needs none.',
  },
  LOADING: { reason: 'is still loading its data', hint: 'It passes by itself.' },
  BUSY: { reason: 'is held up by a script of another client', hint: 'See what else uses it.' },
  MOVED: {
    reason: 'is a cluster, whose nodes have parts of the keys',
    hint: 'Use a server or a proxy that has all of them: clusters are not supported.',
  },
};

const CODES = new RegExp(`\\b(${Object.keys(MEANINGS).join('|')})\\b`);

const codeOf = (message: string): string => (message.includes('user executing the script') ? 'NOPERM' : (CODES.exec(message)?.[1] ?? ''));

/** Of an error that a server answered with. Of what a script may not do it has no code; older servers put those of other errors within a script into its text. */
export const meaningOf = (message: string): Meaning =>
  MEANINGS[codeOf(message)] ?? { reason: `refuses a call (${message})`, hint: 'See the logs of the server.' };
