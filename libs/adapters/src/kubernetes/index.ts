export { type Cluster, type ClusterOptions, connectCluster, connectOwnCluster } from './cluster.ts';
export { type ClusterStatus, type PodStatus, readClusterStatus, type ScheduleStatus } from './cluster-status.ts';
export { followJob, type FollowOptions } from './follow-job.ts';
export type { JobEnd } from './job-end.ts';
export type { RunProgress } from './run-annotations.ts';
export { kubernetesLease } from './run-lease.ts';
export { kubernetesReports } from './run-reports.ts';
export { runJobName, type RunJobOptions } from './run-job.ts';
export { listRuns, type RunSummary, startRun, suspendRuns } from './runs.ts';
