import { Type } from 'typebox';

import { optionalSetting } from './setting.ts';

const text = Type.String({ minLength: 1 });

/** Where single runs are pods of a cluster: what they do there besides. A pod needs a token for either. */
export const kubernetes = {
  lease: optionalSetting({
    variable: 'RUSHES_KUBERNETES_LEASE',
    placeholder: 'NAME',
    schema: text,
    fallbackText: 'none',
    description: "Lease in the pod's namespace that a single run takes, so that it waits while another one is at work",
  }),
  job: optionalSetting({
    variable: 'RUSHES_KUBERNETES_JOB',
    placeholder: 'NAME',
    schema: text,
    fallbackText: 'none',
    description: 'Job that a single run is of: it gets annotations and Events that tell how the run does',
  }),
};
