/** Cassandra's own tool for operators, against a node that this repository's tools have started. */
import { join } from 'node:path';

import { cassandra, findCassandraJava, JAVA_ACCESS } from './cassandra.ts';
import { installed } from './installed.ts';
import { ServiceError } from './service.ts';
import { runTool } from './tools.ts';

/** Runs `nodetool` to its end. @param address of the node, as its service gives it. @throws ServiceError with what it said. */
export const nodetool = async (address: string, ...args: readonly string[]): Promise<void> => {
  const java = findCassandraJava();
  if (java === undefined) throw new ServiceError('there is no Java for nodetool');
  const jmxPort = Number(address.slice(address.lastIndexOf(':') + 1)) + 2;
  const classes = join(await installed(cassandra, () => {}), '*');
  await runTool(java, [
    ...JAVA_ACCESS,
    '-cp',
    classes,
    'org.apache.cassandra.tools.NodeTool',
    '-h',
    '127.0.0.1',
    '-p',
    String(jmxPort),
    ...args,
  ]);
};
