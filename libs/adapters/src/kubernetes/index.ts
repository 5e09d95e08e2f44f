export { type Cluster, type ClusterOptions, connectCluster, connectOwnCluster } from './cluster.ts';
export { ClusterFault, isFault } from './cluster-fault.ts';
export { followJob, type FollowOptions } from './follow-job.ts';
export type { JobEnd } from './job-end.ts';
export type { RunProgress } from './run-annotations.ts';
export { runJobName, type RunJobOptions } from './run-job.ts';
export { listRuns, type RunSummary, startRun, suspendRuns } from './runs.ts';
