import { hostname } from 'node:os';
import type { Lake } from '@rushes/lake';
import Type, { type Static } from 'typebox';

/** Who took a run's number. */
export const Claim = Type.Object({
  version: Type.Integer(),
  /** A random id of the run; missing in claims of earlier versions of this code, whose runs count as ended. */
  id: Type.Optional(Type.String()),
  /** Where it runs, for people. */
  host: Type.String(),
  startedAt: Type.String(),
  source: Type.String(),
});
export type Claim = Static<typeof Claim>;

const PREFIXES = [
  ['claims/claim-', '.json'],
  ['manifests/manifest-', '.json'],
] as const;

const numberIn = (key: string, prefix: string, suffix: string): number => {
  const digits = key.slice(prefix.length, -suffix.length);
  return key.endsWith(suffix) && /^[0-9]{1,15}$/.test(digits) ? Number(digits) : 0;
};

/** The highest number of any run that left a claim or a manifest, at least `taken`. */
export const highestNumber = async (lake: Lake, taken: number): Promise<number> => {
  let highest = taken;
  for (const [prefix, suffix] of PREFIXES) {
    for await (const { key } of lake.objects.list(prefix)) highest = Math.max(highest, numberIn(key, prefix, suffix));
  }
  return highest;
};

export const claimKey = (version: number): string => `claims/claim-${version}.json`;

/**
 * Takes the next run number: above every claim and manifest there is, by put-if-absent, so that no number ever means two runs,
 * also when a run died before it left anything else behind. `taken`: the highest version that was ever published and the highest barrier of the log, so
 * that none is repeated beside batch views or a log that outlived their lake.
 * @param id random, so that two runs that begin at the same moment are told apart.
 */
export const claimVersion = async (
  lake: Lake,
  taken: number,
  source: string,
  now: Date,
  id: string,
): Promise<Claim & { readonly id: string }> => {
  for (;;) {
    const claim = { version: 1 + (await highestNumber(lake, taken)), id, host: hostname(), startedAt: now.toISOString(), source };
    if (await lake.putJsonIfAbsent(claimKey(claim.version), claim)) return claim;
  }
};
