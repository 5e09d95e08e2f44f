/** What a version was made from, for people, and the flag that lets a sample take the place of IMDb's files. */
import type { PublishedSource } from '@rushes/batch';
import { Option } from 'commander';

export const takeSampleOption = (): Option =>
  new Option('--sample', "let a sample take the place of IMDb's files, if the data folder has a version of them");

/** `version 3 of IMDb's files`. */
export const describeVersion = ({ version, origin }: Pick<PublishedSource, 'version' | 'origin'>): string =>
  `version ${version} of ${origin === 'sample' ? 'a sample' : "IMDb's files"}`;
