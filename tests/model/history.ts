/** Random histories: a mood decides what happens often, so that rare things meet. */
import { type Event, MOVIES, PARTITIONS, type Topic } from './log.ts';
import { type Random, randomFrom } from './random.ts';
import type { Step } from './steps.ts';
import { CLOCKS } from './writer.ts';

type Weights = Readonly<Record<Step['do'], number>>;

const USUAL: Weights = {
  event: 30,
  advance: 8,
  'step clock': 1,
  trim: 1,
  dump: 3,
  'begin run': 5,
  run: 14,
  'repeat barrier': 1,
  'end run': 1,
  'roll back': 1,
  'start writer': 4,
  write: 40,
  'kill writer': 2,
  'crash store': 1,
  compact: 1,
  'restart serving': 2,
  serve: 24,
  refresh: 10,
  follow: 20,
};

/** What happens more often than usual. */
const MOODS: readonly [Partial<Weights>, ...Partial<Weights>[]] = [
  {},
  { 'begin run': 10, run: 30, 'repeat barrier': 6, 'end run': 4, 'roll back': 4 },
  { advance: 20, compact: 6, 'restart serving': 6, 'step clock': 3 },
  { 'start writer': 10, 'kill writer': 8, 'crash store': 6 },
  { 'step clock': 8, 'start writer': 8, 'kill writer': 6, 'restart serving': 6 },
  { event: 40, 'begin run': 10, run: 60, 'repeat barrier': 10, write: 30, advance: 2, 'kill writer': 0, 'end run': 0 },
  { trim: 6, 'roll back': 3 },
  { dump: 10, 'begin run': 8, run: 30, 'roll back': 3 },
];

/** Minutes that pass: moments, hours, about the time to live. */
const PASSING = [0, 1, 30, 240, 600, 1500, 2400, 2700, 2880] as const;
const CLOCK_ERRORS = [-CLOCKS, 0, CLOCKS] as const;
const JUMPS = [-3000, -1500, -60, -1, 1, 60, 1500, 3000] as const;
const TOPICS: readonly [Topic, ...Topic[]] = ['rating', 'rating', 'rating', 'edit', 'observation'];

export interface History {
  readonly seed: number;
  readonly steps: readonly Step[];
}

export const historyOf = (seed: number): History => {
  const random = randomFrom(seed);
  const weights = { ...USUAL, ...random.pick(MOODS) };
  // as: the keys of Weights
  const kinds = Object.entries(weights) as [Step['do'], number][];
  const total = kinds.reduce((sum, [, weight]) => sum + weight, 0);
  const sent: Event[] = [];
  const lossy = random.chance(0.08);
  const steps: Step[] = PARTITIONS.map((partition) => ({ do: 'start writer', partition, clock: random.pick(CLOCK_ERRORS) }));
  const count = 40 + random.below(160);
  while (steps.length < count) {
    if (random.chance(0.02)) {
      const scene = lossy && random.chance(0.5) ? takenBackLoss : random.pick(SCENES);
      steps.push(...scene(random, () => eventStep(random, sent)));
    }
    let at = random.below(total);
    const kind = kinds.find(([, weight]) => (at -= weight) < 0)?.[0] ?? 'event';
    steps.push(stepOf(random, kind, sent, lossy));
  }
  return { seed, steps };
};

const eventOf = (random: Random, sent: Event[]): Event => {
  const before = sent[random.below(sent.length)];
  if (before !== undefined && random.chance(0.2)) return before;
  const event: Event = {
    id: `e${sent.length}`,
    topic: random.pick(TOPICS),
    movie: random.pick(MOVIES),
    value: random.below(10),
    time: random.below(3),
  };
  sent.push(event);
  return event;
};

const eventStep = (random: Random, sent: Event[]): Step => ({ do: 'event', through: random.below(2), ...eventOf(random, sent) });

const WRITE_ALL: readonly Step[] = PARTITIONS.map((partition) => ({
  do: 'write',
  partition,
  writer: 0,
  steps: 20,
  records: 5,
  look: true,
  faulty: false,
}));
const READ: readonly Step[] = [{ do: 'serve', steps: 6 }, { do: 'follow' }];

/** Meetings that chance brings about too seldom. */
const SCENES: readonly [Scene, ...Scene[]] = [
  // A barrier is appended again.
  (random, event) => [
    { do: 'begin run', full: false },
    { do: 'run', run: 0, steps: 1 + random.below(4) },
    event(),
    event(),
    { do: 'repeat barrier', run: 0, partition: random.pick(PARTITIONS) },
    ...WRITE_ALL,
    { do: 'run', run: 0, steps: 12 },
    ...READ,
  ],
  // The barriers of two runs pass each other.
  (random, event) => [
    { do: 'begin run', full: false },
    { do: 'run', run: 0, steps: 1 + random.below(3) },
    { do: 'begin run', full: false },
    { do: 'run', run: 0, steps: 2 + random.below(3) },
    event(),
    event(),
    ...WRITE_ALL,
    { do: 'run', run: 1, steps: 12 },
    ...READ,
    event(),
    { do: 'run', run: 0, steps: 12 },
    ...WRITE_ALL,
    ...READ,
  ],
  // A writer goes on where another one ended long ago, and a replica reads what both have left.
  (random, event) => [
    event(),
    ...WRITE_ALL,
    { do: 'kill writer', partition: random.pick(PARTITIONS), writer: 0 },
    { do: 'step clock', process: random.below(2), minutes: random.pick(JUMPS) },
    { do: 'advance', minutes: random.pick([1, 600, 2400]) },
    event(),
    { do: 'start writer', partition: random.pick(PARTITIONS), clock: random.pick(CLOCK_ERRORS) },
    { do: 'start writer', partition: random.pick(PARTITIONS), clock: random.pick(CLOCK_ERRORS) },
    ...WRITE_ALL,
    ...WRITE_ALL,
    { do: 'advance', minutes: random.pick([1, 600]) },
    { do: 'restart serving', clock: random.pick(CLOCK_ERRORS) },
    ...READ,
  ],
  // A writer ends within a micro-batch, and nobody goes on before all has expired.
  (random, event) => {
    const partition = random.pick(PARTITIONS);
    const write: Step = { do: 'write', partition, writer: 0, steps: 4 + random.below(3), records: 5, look: true, faulty: false };
    return [
      event(),
      event(),
      event(),
      write,
      ...READ,
      { do: 'kill writer', partition, writer: 0 },
      { do: 'kill writer', partition, writer: 0 },
      { do: 'advance', minutes: 2880 },
      ...READ,
      { do: 'start writer', partition, clock: random.pick(CLOCK_ERRORS) },
      { ...write, steps: 2 + random.below(2), records: 1 },
      ...READ,
    ];
  },
  // A clock steps between an event and its retries; the log is trimmed between them.
  (random, event) => {
    const retried = event();
    return [
      retried,
      { do: 'step clock', process: random.below(2), minutes: random.pick([-3000, -1500, 3000]) },
      random.chance(0.5) ? retried : event(),
      { do: 'begin run', full: false },
      { do: 'run', run: 0, steps: random.pick([4, 6]) },
      { do: 'advance', minutes: random.pick([1, 2400]) },
      { do: 'advance', minutes: random.pick([1, 2400]) },
      { do: 'trim', partition: random.pick(PARTITIONS), keep: 1 + random.below(2), lossy: false },
      retried,
      ...WRITE_ALL,
      ...READ,
    ];
  },
  // The store is lost while an overlay is being read.
  (random, event) => [
    event(),
    ...WRITE_ALL,
    { do: 'restart serving', clock: random.pick(CLOCK_ERRORS) },
    { do: 'serve', steps: 1 + random.below(3) },
    { do: 'crash store', writes: random.below(8) },
    ...READ,
  ],
];

type Scene = (random: Random, event: () => Step) => readonly Step[];

/** What was lost in the log comes again, and the version that told of it is taken back. */
const takenBackLoss: Scene = (random, event) => {
  const lost = event();
  return [
    lost,
    ...WRITE_ALL,
    ...PARTITIONS.map((partition): Step => ({ do: 'trim', partition, keep: 0, lossy: true })),
    { do: 'begin run', full: false },
    { do: 'run', run: 0, steps: 4 },
    ...(random.chance(0.5) ? WRITE_ALL.map((step): Step => (step.do === 'write' ? { ...step, look: false } : step)) : []),
    lost,
    { do: 'run', run: 0, steps: 12 },
    ...PARTITIONS.map((partition): Step => ({ do: 'kill writer', partition, writer: 0 })),
    ...PARTITIONS.map((partition): Step => ({ do: 'start writer', partition, clock: random.pick(CLOCK_ERRORS) })),
    ...WRITE_ALL,
    ...READ,
    { do: 'roll back', to: random.below(6) },
    ...READ,
    ...READ,
  ];
};

const stepOf = (random: Random, kind: Step['do'], sent: Event[], lossy: boolean): Step => {
  switch (kind) {
    case 'event':
      return eventStep(random, sent);
    case 'advance':
      return { do: kind, minutes: random.pick(PASSING) };
    case 'step clock':
      return { do: kind, process: random.below(2), minutes: random.pick(JUMPS) };
    case 'trim':
      return { do: kind, partition: random.pick(PARTITIONS), keep: random.below(6), lossy };
    case 'dump':
      return { do: kind, movie: random.pick(MOVIES), group: random.below(3) };
    case 'begin run':
      return { do: kind, full: random.chance(0.15) };
    case 'run':
      return { do: kind, run: random.below(3), steps: random.chance(0.4) ? 12 : 1 + random.below(4) };
    case 'repeat barrier':
      return { do: kind, run: random.below(3), partition: random.pick(PARTITIONS) };
    case 'end run':
      return { do: kind, run: random.below(3), as: random.pick(['failed', 'died']) };
    case 'roll back':
      return { do: kind, to: random.below(6) };
    case 'start writer':
      return { do: kind, partition: random.pick(PARTITIONS), clock: random.pick(CLOCK_ERRORS) };
    case 'write':
      return {
        do: kind,
        partition: random.pick(PARTITIONS),
        writer: random.below(2),
        steps: random.chance(0.5) ? 12 : 1 + random.below(4),
        records: 1 + random.below(5),
        look: random.chance(0.6),
        faulty: random.chance(0.05),
      };
    case 'kill writer':
      return { do: kind, partition: random.pick(PARTITIONS), writer: random.below(2) };
    case 'crash store':
      return { do: kind, writes: random.below(8) };
    case 'serve':
      return { do: kind, steps: random.chance(0.7) ? 6 : 1 };
    case 'restart serving':
      return { do: kind, clock: random.pick(CLOCK_ERRORS) };
    case 'compact':
    case 'refresh':
    case 'follow':
      return { do: kind };
  }
};
