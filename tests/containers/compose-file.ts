/** docker-compose.yml as what it says, its anchors resolved. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

import { ROOT } from '../planted-copy.ts';

export interface ComposeService {
  readonly image: string;
  readonly build?: unknown;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly user?: string;
  readonly hostname?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly secrets?: readonly string[];
  readonly profiles?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly privileged?: boolean;
  readonly security_opt?: readonly string[];
  readonly restart?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string; readonly required?: boolean }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly deploy?: { readonly resources?: { readonly limits?: Readonly<Record<string, string | number>> } };
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

export const composeText = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
// as: the tests below say what is expected of it
export const composeFile = parse(composeText, { merge: true }) as ComposeFile;

/** The values of `.env`, by name. */
export const readEnv = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const [, name, value] = /^([A-Z0-9_]+)=(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value]];
    }),
  );

/** A text of the file with the values of its variables. */
export const interpolated = (text: string, values: ReadonlyMap<string, string>): string =>
  text.replaceAll(/\$\{([A-Z0-9_]+)[^}]*\}/g, (whole, name: string) => values.get(name) ?? whole);

/** One that ends when its work is done. */
export const isJob = ({ restart }: ComposeService): boolean => restart === 'no';
/** A process of `apps/*`. */
export const isApp = (service: ComposeService): boolean => service.image.startsWith('rushes:') && !isJob(service);
