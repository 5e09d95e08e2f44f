/**
 * Completes package-lock.json. npm leaves platform packages out of the lock that the registry at hand does not have; `npm ci` then refuses the lock
 * on every platform ("Missing … from lock file"). They are put back without an address: an installation that can fetch them does, another goes on
 * without, as they are optional.
 *
 *     tools/bin/node tools/complete-lock.ts          after every `npm install`
 */
import { readFileSync, writeFileSync } from 'node:fs';

export interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The packages of a lock, by the path that each is installed at. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>;

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['x64', 'arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32'];

/** Where a package that is required at `path` may be installed, the nearest first: as Node looks for it. */
const placesFor = (path: string, name: string): readonly string[] => {
  const places = [`${path === '' ? '' : `${path}/`}node_modules/${name}`];
  for (let at = path; at !== '';) {
    const end = at.lastIndexOf('node_modules/');
    at = end <= 0 ? '' : at.slice(0, end - 1);
    places.push(`${at === '' ? '' : `${at}/`}node_modules/${name}`);
  }
  return places;
};

/** What the name of a platform package says of its platform: `@oxc-parser/binding-linux-arm64-musl`. */
const platformOf = (name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> => {
  const parts = (name.split('/').at(-1) ?? name).split('-');
  const os = SYSTEMS.find((system) => parts.includes(system));
  const cpu = PROCESSORS.find((processor) => parts.includes(processor));
  const libc = parts.includes('musl') ? 'musl' : parts.includes('gnu') ? 'glibc' : undefined;
  return {
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(os === undefined ? {} : { os: [os] }),
    ...(libc === undefined ? {} : { libc: [libc] }),
  };
};

/** The optional packages that the lock's packages ask for and the lock does not have, by the path to install them at. */
export const missingOptionals = (packages: LockedPackages): LockedPackages => {
  const missing: Record<string, LockedPackage> = {};
  for (const [path, { optionalDependencies = {}, dev }] of Object.entries(packages))
    for (const [name, version] of Object.entries(optionalDependencies)) {
      // A range cannot be locked without knowing what there is; platform packages are always asked for exactly.
      if (!/^\d+\.\d+\.\d+/.test(version) || placesFor(path, name).some((place) => place in packages)) continue;
      missing[`node_modules/${name}`] = { version, ...platformOf(name), ...(dev === true ? { dev } : {}), optional: true };
    }
  return missing;
};

if (import.meta.main) {
  const path = 'package-lock.json';
  // as: npm's own file in its documented form
  const lock = JSON.parse(readFileSync(path, 'utf8')) as { packages: LockedPackages };
  const missing = missingOptionals(lock.packages);
  const packages = Object.entries({ ...lock.packages, ...missing }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`);
  process.stdout.write(`${Object.keys(missing).length} optional packages put back into ${path}\n`);
}
