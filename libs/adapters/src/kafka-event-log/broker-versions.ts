/**
 * Of which release brokers are. They do not say so; but each says which formats of the cluster's metadata it knows (`metadata.version`), and every release
 * has brought a new one. Pure.
 */
import type { StoreCheck, StoreFinding } from '@rushes/ports';

/** The first format of each release. Kafka's own list: `kafka-storage.sh version-mapping --release-version 4.3-IV0`. */
const RELEASES: readonly (readonly [release: string, first: number])[] = [
  ['3.0', 1],
  ['3.1', 2],
  ['3.2', 3],
  ['3.3', 4],
  ['3.4', 8],
  ['3.5', 9],
  ['3.6', 12],
  ['3.7', 15],
  ['3.8', 20],
  ['3.9', 21],
  ['4.0', 22],
  ['4.1', 26],
  ['4.2', 28],
  ['4.3', 30],
];
const NEWEST_KNOWN = 30;
/** Of 3.9. */
const OLDEST_FORMAT = 21;
export const TAKES = 'It takes Kafka 3.9 or newer.';

const FEATURE = 'metadata.version';

/** What a broker answers to ApiVersions, as far as it matters here. */
export interface ToldFeatures {
  readonly supportedFeatures?: readonly { readonly name: string; readonly maxVersion: number }[] | undefined;
  /** What the cluster has agreed on. */
  readonly finalizedFeatures?: readonly { readonly name: string; readonly maxVersionLevel: number }[] | undefined;
}

const releaseOf = (format: number): string =>
  format > NEWEST_KNOWN
    ? `later than ${RELEASES.at(-1)?.[0]}`
    : (RELEASES.findLast(([, first]) => first <= format)?.[0] ?? 'older than 3.0');

const known = (formats: readonly (number | undefined)[]): readonly number[] =>
  [...new Set(formats.filter((format) => format !== undefined))].toSorted((a, b) => a - b);

/** @param told by each broker that answered. Brokers without the feature (of an older way to run Kafka, or of other software) say nothing of a version. */
export const versionCheck = (told: readonly ToldFeatures[]): StoreCheck => {
  const formats = known(told.map(({ supportedFeatures }) => supportedFeatures?.find(({ name }) => name === FEATURE)?.maxVersion));
  const agreed = known(told.map(({ finalizedFeatures }) => finalizedFeatures?.find(({ name }) => name === FEATURE)?.maxVersionLevel))[0];
  const releases = [...new Set(formats.map(releaseOf))];
  const [oldest] = formats;
  const findings: StoreFinding[] = [];
  if (oldest !== undefined && oldest < OLDEST_FORMAT)
    findings.push({ level: 'fault', message: `it is Kafka ${releaseOf(oldest)}${releases.length > 1 ? ' in part' : ''}`, hint: TAKES });
  else if (agreed !== undefined && agreed < OLDEST_FORMAT)
    findings.push({
      level: 'warning',
      message: `its brokers are Kafka ${releases.join(' and ')}, but its metadata are still in the format of ${releaseOf(agreed)}, with which nothing was tried`,
      hint: 'Finish the upgrade: `kafka-features.sh upgrade --release-version` with the release of the brokers.',
    });
  return { version: releases.length === 0 ? undefined : releases.join(' and '), findings };
};
