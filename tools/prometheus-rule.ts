/**
 * The rules of ops/prometheus as the object that the Prometheus Operator reads.
 *
 *     tools/bin/node tools/prometheus-rule.ts | kubectl apply -f -
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse, stringify } from 'yaml';

const ROOT = join(import.meta.dirname, '..');

/** Rule files of a folder and those below it; there may be none. Files of tests for rules have no groups. */
const groupsIn = (folder: string): readonly unknown[] =>
  globSync('**/*.{yaml,yml}', { cwd: folder })
    .toSorted()
    .flatMap((path) => {
      const { groups = [] } = parse(readFileSync(join(folder, path), 'utf8')) as { readonly groups?: readonly unknown[] }; // as: Prometheus's own format
      return groups;
    });

/** An object of the kind PrometheusRule with every group of rules in a folder. */
export const prometheusRule = (folder = join(ROOT, 'ops/prometheus')): object => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'rushes', namespace: 'rushes', labels: { 'app.kubernetes.io/part-of': 'rushes' } },
  spec: { groups: groupsIn(folder) },
});

if (import.meta.main) process.stdout.write(stringify(prometheusRule()));
