/**
 * The same questions to the Flask peer, to Rushes, and to a bare Fastify route that sends Rushes' bytes. Servers and load share the machine, and in each
 * round they follow one another. Before that, the peer and Rushes have to give the same answers.
 */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { captureAnswers } from '../../http/capture-answers.ts';
import type { Loaded } from '../../http/loaded.ts';
import { putLoad } from '../../http/put-load.ts';
import { type StartedServer, startBareServer, startRushes, rushesHasOption, withServers } from '../../process/started-server.ts';
import type { LeftFolders } from '../runs/measure-runs.ts';
import { type PeerScenario, planPeerScenarios } from './peer-scenarios.ts';

/** As many clients, each waiting for its answer before it asks again. */
const LOAD = { connections: 16, pipelining: 1 };
const NO_ANSWERS_KEPT = ['--response-cache-bytes', '0'];

/** Who was asked. `kept`: answers lie in memory. `computed`: none does. With two workers where the service can have several. */
export type Server = 'flask' | 'bare' | 'computed' | 'kept' | 'computed by 2 workers' | 'kept by 2 workers';
export type RequestRound = Readonly<Partial<Record<Server, Loaded>>>;

export interface RequestScenario {
  readonly name: string;
  readonly example: string;
  readonly paths: number;
  readonly rounds: readonly RequestRound[];
}

export interface RequestOptions {
  readonly rounds: number;
  /** Time of each measurement. */
  readonly seconds: number;
  /** The address of the Flask peer and the processes that belong to it; `undefined` where it is missing. */
  readonly flask: { readonly url: string; readonly pids: readonly number[] } | undefined;
}

const dataOf = async (url: string, path: string): Promise<unknown> => {
  const response = await fetch(url + path);
  if (response.status !== 200) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { readonly data: unknown }).data; // as: both services have this member
};

/** @throws if the first answers differ in what they say. */
const requireSameAnswers = async (ours: string, theirs: string, { name, paths, peerPaths }: PeerScenario): Promise<void> => {
  const path = paths[0] ?? '';
  const peerPath = peerPaths[0] ?? '';
  const [wanted, found] = [await dataOf(ours, path), await dataOf(theirs, peerPath)];
  if (!isDeepStrictEqual(wanted, found))
    throw new Error(`${name} differs:\n  Rushes, ${path}: ${JSON.stringify(wanted)}\n  Flask, ${peerPath}: ${JSON.stringify(found)}`);
};

/** @param folder one that the caller removes. @param data a data folder with a published version. */
export const measureRequests = async (
  folder: string,
  { data }: Pick<LeftFolders, 'data'>,
  options: RequestOptions,
  tell: (text: string) => void,
): Promise<readonly RequestScenario[]> => {
  return withServers(async (started) => {
    const kept = await started(startRushes(data, []));
    const computed = await started(startRushes(data, NO_ANSWERS_KEPT));
    const scenarios = await planPeerScenarios(kept.url, options.flask?.url);
    const answers = join(folder, 'answers.jsonl');
    await captureAnswers(
      computed.url,
      scenarios.flatMap(({ paths }) => paths),
      answers,
    );
    const bare = await started(startBareServer(answers));
    const several: Partial<Record<Server, StartedServer>> = {};
    if (rushesHasOption('serve', '--workers')) {
      const workers = ['--workers', '2'];
      several['computed by 2 workers'] = await started(startRushes(data, [...NO_ANSWERS_KEPT, ...workers]));
      several['kept by 2 workers'] = await started(startRushes(data, workers));
    }
    const { flask } = options;
    if (flask) for (const scenario of scenarios) await requireSameAnswers(computed.url, flask.url, scenario);

    const results: RequestScenario[] = [];
    for (const { name, paths, peerPaths } of scenarios) {
      const rounds: RequestRound[] = [];
      for (let round = 1; round <= options.rounds; round++) {
        const done: Partial<Record<Server, Loaded>> = {};
        const load = async (server: Server, url: string, pids: readonly number[], asked: readonly string[]): Promise<void> => {
          const loaded = await putLoad(folder, { url, pids, paths: asked, ...LOAD, seconds: options.seconds });
          done[server] = loaded;
          tell(`round ${round} of ${options.rounds}, ${name}, ${server}: ${Math.round(loaded.perSecond)} requests/s`);
        };
        const first = paths.slice(0, 1);
        const ask = (server: Server, { url, pid }: StartedServer): Promise<void> =>
          load(server, url, [pid], server.startsWith('kept') ? first : paths);
        if (flask) await load('flask', flask.url, flask.pids, peerPaths);
        await ask('computed', computed);
        await ask('kept', kept);
        for (const server of ['computed by 2 workers', 'kept by 2 workers'] as const) {
          const running = several[server];
          if (running) await ask(server, running);
        }
        await ask('bare', bare);
        rounds.push(done);
      }
      results.push({ name, example: paths[0] ?? '', paths: paths.length, rounds });
    }
    return results;
  });
};
