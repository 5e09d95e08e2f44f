/** What the servers say of themselves, judged. Pure. */
import type { StoreFinding } from '@rushes/ports';

import type { Table } from './tables.ts';

/** Conditional writes of 4.1 have the second variant of Paxos, and ALTER … IF NOT EXISTS. */
const OLDEST = [4, 1] as const;

export interface HostFacts {
  readonly version: string;
  readonly commitlogSync: string | undefined;
  readonly paxosVariant: string | undefined;
}

const isOld = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number.parseFloat);
  return !(major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]));
};

export const hostFindings = (host: string, { version, commitlogSync, paxosVariant }: HostFacts): readonly StoreFinding[] => [
  ...(isOld(version)
    ? [
        {
          level: 'fault' as const,
          message: `the host ${host} runs Cassandra ${version}`,
          hint: `Cassandra ${OLDEST.join('.')} or later is needed.`,
        },
      ]
    : []),
  ...(commitlogSync === 'periodic'
    ? [
        {
          level: 'warning' as const,
          message: `the host ${host} has commitlog_sync: periodic: what it acknowledged last is lost when it is killed, fences too`,
          hint: 'Set commitlog_sync: batch in cassandra.yaml of every host.',
        },
      ]
    : []),
  ...(commitlogSync === 'group'
    ? [
        {
          level: 'warning' as const,
          message: `the host ${host} has commitlog_sync: group: a conditional write waits for it several times`,
          hint: 'Set commitlog_sync: batch in cassandra.yaml of every host.',
        },
      ]
    : []),
  ...(paxosVariant !== undefined && paxosVariant !== 'v2'
    ? [
        {
          level: 'warning' as const,
          message: `the host ${host} has paxos_variant: ${paxosVariant}: conditional writes take more round trips and wait longer for each other`,
          hint: 'Set paxos_variant: v2 in cassandra.yaml of every host.',
        },
      ]
    : []),
];

/** Rows outlive the promise that they are there by a minute in 48 hours. */
const CLOCK_FAULT_MS = 30_000;
const CLOCK_WARNING_MS = 5_000;

/** @param beforeMs this process's clock when the host was asked, `afterMs`: when it had answered. */
export const clockFindings = (host: string, hostMs: number, beforeMs: number, afterMs: number): readonly StoreFinding[] => {
  const apartMs = hostMs < beforeMs ? beforeMs - hostMs : Math.max(0, hostMs - afterMs);
  if (!(apartMs > CLOCK_WARNING_MS)) return [];
  return [
    {
      level: apartMs > CLOCK_FAULT_MS ? 'fault' : 'warning',
      message: `the clock of the host ${host} and that of this process are ${Math.round(apartMs / 1_000)} s apart: rows expire by the one, the trust in them by the other`,
      hint: 'Synchronize the clocks of all hosts.',
    },
  ];
};

export interface KeyspaceFacts {
  readonly keyspace: string;
  readonly dataCenter: string;
  /** Hosts of the local data center. */
  readonly hosts: number;
  /** As system_schema.keyspaces has it. */
  readonly replication: Readonly<Record<string, string>>;
  readonly durableWrites: boolean;
  /** Replicas in the local data center that were configured. */
  readonly wanted: number;
}

export const keyspaceFindings = ({
  keyspace,
  dataCenter,
  hosts,
  replication,
  durableWrites,
  wanted,
}: KeyspaceFacts): readonly StoreFinding[] => {
  const findings: StoreFinding[] = [];
  const strategy = replication['class']?.split('.').at(-1) ?? 'no strategy';
  const isTopology = strategy === 'NetworkTopologyStrategy';
  const replicas = Number(replication[isTopology ? dataCenter : 'replication_factor'] ?? 0);
  const alter = `ALTER KEYSPACE ${keyspace} WITH replication = {'class': 'NetworkTopologyStrategy', '${dataCenter}': ${wanted}}, then nodetool repair --full ${keyspace} on every host.`;
  if (!durableWrites)
    findings.push({
      level: 'fault',
      message: `the keyspace ${keyspace} has durable_writes = false: acknowledged writes are lost when a host is killed`,
      hint: `ALTER KEYSPACE ${keyspace} WITH durable_writes = true.`,
    });
  if (replicas === 0)
    findings.push({ level: 'fault', message: `the keyspace ${keyspace} has no replicas in the data center ${dataCenter}`, hint: alter });
  else if (Math.floor(replicas / 2) + 1 > hosts)
    findings.push({
      level: 'fault',
      message: `the keyspace ${keyspace} has ${replicas} replicas in the data center ${dataCenter}, which has ${hosts === 1 ? 'one host' : `${hosts} hosts`}`,
      hint: 'Set the replication factor to what the data center can hold, or add hosts.',
    });
  else if (replicas !== wanted)
    findings.push({
      level: 'warning',
      message: `the keyspace ${keyspace} has ${replicas} replicas in the data center ${dataCenter}, ${wanted} are configured`,
      hint: alter,
    });
  if (!isTopology) findings.push({ level: 'warning', message: `the keyspace ${keyspace} has ${strategy}`, hint: alter });
  return findings;
};

export interface TableFacts {
  readonly compaction: Readonly<Record<string, string>>;
  readonly defaultTtlS: number;
  readonly gcGraceS: number;
}

/** @param facts `undefined`: it is not there. */
export const tableFindings = (
  keyspace: string,
  { name, options, isDroppedByTime }: Table,
  facts: TableFacts | undefined,
): readonly StoreFinding[] => {
  if (facts === undefined)
    return [
      {
        level: 'fault',
        message: `the keyspace ${keyspace} has no table ${name}`,
        hint: 'Drop the keyspace, and let a process that may write make it again.',
      },
    ];
  if (!isDroppedByTime) return [];
  const { compaction, defaultTtlS, gcGraceS } = facts;
  const strategy = compaction['class']?.split('.').at(-1) ?? '';
  const isAsMade =
    strategy === 'TimeWindowCompactionStrategy' &&
    compaction['compaction_window_unit'] === 'HOURS' &&
    compaction['compaction_window_size'] === '2' &&
    options.includes(`default_time_to_live = ${defaultTtlS} `) &&
    options.includes(`gc_grace_seconds = ${gcGraceS}`);
  if (isAsMade) return [];
  return [
    {
      level: 'warning',
      message: `the table ${keyspace}.${name} has other options than it was made with (${strategy}, default_time_to_live ${defaultTtlS}, gc_grace_seconds ${gcGraceS}): expired rows may stay on the disks`,
      hint: `ALTER TABLE ${keyspace}.${name} WITH ${options.replaceAll(/\s+/g, ' ')}.`,
    },
  ];
};
