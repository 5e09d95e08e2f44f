/** The rules of the merge as switches. All of them on: every answer is right. One left out: `breaks` says what goes wrong, and a history shows it. */

interface Rule {
  /** What it is about. */
  readonly part: 'log' | 'runs' | 'rows' | 'writers' | 'overlay' | 'answers' | 'merge';
  readonly says: string;
  /** What is done when the rule is left out, and what breaks. */
  readonly breaks: string;
}

export const RULES = {
  storedOccurrences: {
    part: 'log',
    says: 'A duplicate is told from the stored offset and time of earlier occurrences.',
    breaks: 'The writer asks whether an expiring id row is still there: a late writer counts what the batch does not.',
  },
  monotoneTime: {
    part: 'log',
    says: 'The window is measured in append time made monotone.',
    breaks:
      'After a step of the clock the last occurrence is not the nearest one, and what was forgotten as too old lies within the window again.',
  },
  boundedSteps: {
    part: 'log',
    says: 'From one record to the next a day counts at most, and the window is 48 h and a day.',
    breaks: 'One record stamped by a clock that is days ahead ends the window of all before it: their retries count twice.',
  },
  idsBeforeStart: {
    part: 'log',
    says: 'A writer that starts at a position first reads the ids of the window before it.',
    breaks: 'A retry of what came before the start is counted again.',
  },
  sameValidity: {
    part: 'log',
    says: 'Both layers judge an event by the same function.',
    breaks: 'An event that the batch quarantines is counted by the speed layer until a batch covers it.',
  },
  neverSkip: {
    part: 'log',
    says: 'A fault of the machinery stops the partition.',
    breaks: 'The writer skips the record on which it failed.',
  },
  reportLoss: {
    part: 'log',
    says: 'Offsets trimmed before they were archived are reported as a gap for good.',
    breaks: 'The batch folds what is left and says nothing.',
  },
  rememberLoss: {
    part: 'log',
    says: 'What was lost before any version published so far is a gap of every later publication, a rollback too.',
    breaks: 'After a rollback to a version from before the loss, a retry of what was lost counts, and the answer calls itself complete.',
  },
  freshNumbers: {
    part: 'runs',
    says: "A run's number is above every claim, manifest and barrier.",
    breaks: 'The number after the published one has a manifest already, from a run that died: no run can publish again.',
  },
  readBack: {
    part: 'runs',
    says: 'The cut is the first barrier k in the partition.',
    breaks: 'The cut is where the own, repeated append landed: events between the two copies count in both layers.',
  },
  supersededByHigher: {
    part: 'runs',
    says: 'A run that finds a higher barrier before its own ends.',
    breaks: 'Events between the two barriers are before the cut and in a later epoch as well.',
  },
  ignoreLowerBarriers: {
    part: 'runs',
    says: 'A barrier that is not above all before it opens no epoch.',
    breaks: 'A late lower barrier puts the events after it under a version that does not have them.',
  },
  foldAllEpochs: {
    part: 'runs',
    says: "A run folds everything since its parent's cut.",
    breaks: 'Epochs of runs that ended without publishing are in no version.',
  },
  publishAfterBegin: {
    part: 'runs',
    says: 'A run publishes as the successor of what was current when it began.',
    breaks: 'A rollback is undone by a run that began before it.',
  },
  immutableArtefacts: {
    part: 'runs',
    says: 'View artefacts are never changed in place.',
    breaks: 'Readers see tables that are half of one version and half of another.',
  },
  offsetTimestamps: {
    part: 'rows',
    says: 'Write timestamps grow with the offset within what competes.',
    breaks: 'Timestamps are append times: events of one instant tie, after a step of the clock the newer state loses.',
  },
  statelessTimestamps: {
    part: 'rows',
    says: 'Every writer gives the same write the same timestamp.',
    breaks: 'A running maximum that starts anew with each writer: after a hand-over newer states lose.',
  },
  oneBase: {
    part: 'rows',
    says: 'What the timestamps of a generation count from stands in its coverage, written once.',
    breaks: 'Each writer counts from when it began, by its own clock: after a hand-over to a clock that is behind, newer states lose.',
  },
  fullTtl: {
    part: 'rows',
    says: 'Every write carries the full time to live.',
    breaks: 'Rows live 48 h from the event: parts of an epoch expire before its coverage does.',
  },
  coverageWithoutTtl: {
    part: 'rows',
    says: 'Coverage and positions do not expire.',
    breaks: 'They go with the rows: what had been projected is forgotten, and an answer far behind calls itself complete.',
  },
  allowForClocks: {
    part: 'rows',
    says: 'Coverage expires earlier than the rows by as much as clocks of processes may differ.',
    breaks: 'The store expires rows by its own clock, which is ahead of the one by which they are trusted.',
  },
  coverageOnce: {
    part: 'rows',
    says: 'Coverage is written before the first row of its generation, and not again by whoever goes on with it.',
    breaks: 'A writer that takes over counts the 48 h from its own first write: rows of the one before expire earlier.',
  },
  newGeneration: {
    part: 'rows',
    says: 'Renewal writes the epoch again under the next generation.',
    breaks: 'Rows written again in place with the same timestamp disappear when the expired copies are compacted.',
  },
  readWhenThrough: {
    part: 'rows',
    says: 'A renewed generation is read once it has come to where the log ended when it was begun.',
    breaks: 'It is read while it is behind what was shown of the expired one, and the answer calls itself complete.',
  },
  renewBeforeExpiry: {
    part: 'rows',
    says: 'A writer goes on only in a generation that lives for some time yet; else it begins the next one.',
    breaks: 'It writes on in rows that nobody trusts: the gap stays although the log has everything.',
  },
  positionPerGeneration: {
    part: 'writers',
    says: 'Each generation of an epoch has a position of its own.',
    breaks: 'A writer in the old generation moves the position past rows that the new one does not have.',
  },
  startAtCut: {
    part: 'writers',
    says: 'A writer without position starts at the published cut.',
    breaks: 'It starts at the end of the log, and nobody knows what it left out.',
  },
  stopWhereTrimmed: {
    part: 'writers',
    says: 'Where the log is trimmed past the published cut, the writer waits for a batch.',
    breaks: 'It goes on with what is left, a gap before it: the ids of the gap are unknown, and later epochs count their retries.',
  },
  positionLast: {
    part: 'writers',
    says: 'The position is written after the rows and the change record.',
    breaks: 'A crash between the two leaves rows out for good.',
  },
  rereadPosition: {
    part: 'writers',
    says: 'After a reconnect the writer reads its position from the store.',
    breaks: 'It trusts its memory: rows that the store lost are never written again.',
  },
  noPositionRetry: {
    part: 'writers',
    says: 'A position is never written again across a reconnect.',
    breaks: 'The position comes back without the rows that were lost before it.',
  },
  losesOnlyTail: {
    part: 'writers',
    says: 'The store keeps acknowledged writes in their order: what it loses is the end.',
    breaks: 'It loses rows and keeps the position that was written after them.',
  },
  readAnewAfterReconnect: {
    part: 'overlay',
    says: 'An overlay that is being read when the store is lost is begun anew.',
    breaks: 'The position was read before the crash, and the rows after it: what the store lost is missing from the overlay.',
  },
  observationsByTime: {
    part: 'merge',
    says: 'The latest observation is the one with the highest (event time, offset).',
    breaks: 'An observation that came late, in the speed layer, replaces a newer one in the batch.',
  },
  overlayOnly: {
    part: 'overlay',
    says: 'Answers come from the overlay.',
    breaks: 'Rows read from the store during a micro-batch are of different moments.',
  },
  followFromBeforeScan: {
    part: 'overlay',
    says: 'Change records are followed from the position read before the scan.',
    breaks: 'What changed during the scan, in rows scanned before, is never seen.',
  },
  waitUntilPassed: {
    part: 'overlay',
    says: 'An overlay answers only at a position above the last offset of everything in it.',
    breaks: 'A row ahead of the change records, of a micro-batch that is not finished, is shown at a position below it.',
  },
  noHoles: {
    part: 'overlay',
    says: 'A change record that begins above the position is not applied: the overlay is built anew.',
    breaks: 'What lies between is missing.',
  },
  checkCoverage: {
    part: 'answers',
    says: 'What is not covered, or has expired, is a gap.',
    breaks: 'Missing epochs are served as if nothing had happened in them.',
  },
  checkAfterReading: {
    part: 'overlay',
    says: 'Expiry is checked after the rows were read, for the generation that was read.',
    breaks: 'Rows expired during the scan, and a newer generation makes the epoch look unexpired.',
  },
  neverBelowPublished: {
    part: 'answers',
    says: 'An answer reaches at least as far as any version published so far; up to there, what it lacks is a gap.',
    breaks: 'After a rollback, while the speed layer is behind, events that were shown are gone, and the answer calls itself complete.',
  },
  switchWaits: {
    part: 'answers',
    says: 'As long as the answer at hand is complete, no publication is switched to that would open a gap.',
    breaks: 'A rollback takes effect before its epochs have been projected again.',
  },
  comparePositions: {
    part: 'answers',
    says: 'Positions are compared in each partition; where the overlay is behind the cut, the cut counts.',
    breaks: 'One vector is taken for the higher one: in some partition the answer claims less or more than it has.',
  },
  tagNamesGaps: {
    part: 'answers',
    says: 'The ETag names what the answer lacks.',
    breaks: 'An epoch expires, a later one remains: other content under the same ETag.',
  },
  tagPerPartition: {
    part: 'answers',
    says: 'The last change in the ETag is an offset in each partition.',
    breaks: 'The highest offset of all partitions stays, while another partition goes on.',
  },
  unchangedDumpsYield: {
    part: 'merge',
    says: 'A dump row counts from the version in which it changed.',
    breaks: 'An unchanged row of a newer dump overrides a live edit.',
  },
  sortedReads: {
    part: 'merge',
    says: 'Minima and top lists are sorted reads that skip changed keys.',
    breaks: 'They are corrected by subtraction: what comes after them is not known.',
  },
  subtractBefore: {
    part: 'merge',
    says: 'What a changed key contributed before is subtracted.',
    breaks: 'It counts twice, in two groups after an edit.',
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleName = keyof typeof RULES;
export type Rules = Readonly<Record<RuleName, boolean>>;

// as: the keys are those of the object above
export const RULE_NAMES = Object.keys(RULES) as readonly RuleName[];

// as: every name is set
export const ALL_RULES = Object.fromEntries(RULE_NAMES.map((name) => [name, true])) as Rules;

export const without = (name: RuleName): Rules => ({ ...ALL_RULES, [name]: false });
