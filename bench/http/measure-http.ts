/**
 * The HTTP service against a bare Fastify route that returns the same bytes. Servers and load are processes of their own on the same cores; in each
 * round bare and real follow one another, so that a ratio compares neighbors in time.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { measureInChild } from '../process/child.ts';
import { type StartedServer, startBareServer, startRushes, withServers } from '../process/started-server.ts';
import { captureAnswers } from './capture-answers.ts';
import type { Loaded } from './loaded.ts';
import { putLoad } from './put-load.ts';
import { planScenarios, type Scenario } from './scenarios.ts';

/** As many requests as the server can answer: how many per second, at what cost. */
const BUSY = { connections: 10, pipelining: 8 };
/** One request after the other: how long one takes. */
const ALONE = { connections: 1, pipelining: 1 };
const ALONE_SHARE = 0.25;

export interface HttpRound {
  readonly bare: Loaded;
  readonly rushes: Loaded;
  readonly bareAlone: Loaded;
  readonly rushesAlone: Loaded;
}

export interface HttpScenarioResult extends Omit<Scenario, 'paths'> {
  readonly paths: number;
  readonly example: string;
  readonly rounds: readonly HttpRound[];
}

export interface HttpResult {
  readonly titles: number;
  readonly seconds: number;
  readonly load: typeof BUSY;
  readonly scenarios: readonly HttpScenarioResult[];
}

export interface HttpOptions {
  readonly titles: number;
  readonly rounds: number;
  /** Time of each measurement. */
  readonly seconds: number;
}

/** @param folder an empty folder that the caller removes. */
export const measureHttp = async (folder: string, options: HttpOptions, tell: (text: string) => void): Promise<HttpResult> => {
  const [imdb, data, answers] = [join(folder, 'imdb'), join(folder, 'data'), join(folder, 'answers.jsonl')];
  tell(`${options.titles} titles: writing files, publishing a version`);
  await mkdir(data);
  await measureInChild('write-sample.ts', [imdb, String(options.titles)]);
  await measureInChild('whole-run.ts', [imdb, data, 'whole']);

  return withServers(async (started) => {
    const kept = await started(startRushes(data, []));
    const computed = await started(startRushes(data, ['--response-cache-bytes', '0']));
    const scenarios = await planScenarios(kept.url);
    tell('collecting the answers for the bare server');
    await captureAnswers(
      computed.url,
      scenarios.flatMap(({ paths }) => paths),
      answers,
    );
    const bare = await started(startBareServer(answers));

    const load = ({ url, pid }: StartedServer, paths: readonly string[], how: typeof BUSY, seconds: number): Promise<Loaded> =>
      putLoad(folder, { url, pids: [pid], paths, ...how, seconds });
    const rounds = new Map<Scenario, HttpRound[]>(scenarios.map((scenario) => [scenario, []]));
    for (let round = 1; round <= options.rounds; round++)
      for (const [scenario, done] of rounds) {
        const real = scenario.answers === 'kept' ? kept : computed;
        const result: HttpRound = {
          bare: await load(bare, scenario.paths, BUSY, options.seconds),
          rushes: await load(real, scenario.paths, BUSY, options.seconds),
          bareAlone: await load(bare, scenario.paths, ALONE, options.seconds * ALONE_SHARE),
          rushesAlone: await load(real, scenario.paths, ALONE, options.seconds * ALONE_SHARE),
        };
        done.push(result);
        const [a, b] = [Math.round(result.rushes.perSecond), Math.round(result.bare.perSecond)];
        tell(`round ${round} of ${options.rounds}, ${scenario.name}, ${scenario.answers}: ${a} requests/s, bare ${b}`);
      }
    return {
      titles: options.titles,
      seconds: options.seconds,
      load: BUSY,
      scenarios: scenarios.map((scenario) => ({
        ...scenario,
        paths: scenario.paths.length,
        example: scenario.paths[0] ?? '',
        rounds: rounds.get(scenario) ?? [],
      })),
    };
  });
};
