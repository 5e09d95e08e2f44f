/** Packages of Maven Central, with all that they need at run time, as files in a folder. Their checksums are Maven's to check. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runTool } from './tools.ts';

const COPY_DEPENDENCIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

export interface MavenPackage {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
  readonly classifier?: string;
  readonly type?: string;
  /** `group:artifact` of what it names as needed and is not; `*:*` for all of it. */
  readonly without?: readonly string[];
}

const dependency = ({ group, artifact, version, classifier, type, without = [] }: MavenPackage): string => {
  const exclusions = without.map((one) => {
    const [excludedGroup, excludedArtifact] = one.split(':');
    return `<exclusion><groupId>${excludedGroup}</groupId><artifactId>${excludedArtifact}</artifactId></exclusion>`;
  });
  return [
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>`,
    classifier === undefined ? '' : `<classifier>${classifier}</classifier>`,
    type === undefined ? '' : `<type>${type}</type>`,
    exclusions.length === 0 ? '' : `<exclusions>${exclusions.join('')}</exclusions>`,
    '</dependency>',
  ].join('');
};

/** Fetches the packages into `folder`, which is made. */
export const fetchFromMaven = async (packages: readonly MavenPackage[], folder: string): Promise<void> => {
  const project = await mkdtemp(join(tmpdir(), 'rushes-maven-'));
  try {
    const pom = join(project, 'pom.xml');
    await writeFile(
      pom,
      `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>services</groupId>
<artifactId>services</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${packages.map(dependency).join('\n')}</dependencies></project>\n`,
    );
    const args = ['-B', '-q', '-ntp', '-Dstyle.color=never', '-f', pom, COPY_DEPENDENCIES];
    await runTool('mvn', [...args, '-DincludeScope=runtime', `-DoutputDirectory=${folder}`]);
  } finally {
    await rm(project, { recursive: true, force: true });
  }
};
