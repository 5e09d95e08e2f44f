export { isBackupUrl, openBackupPlace } from './backup-place.ts';
export { checkDataFolder, folderAt } from './folders.ts';
export { gaugeProcesses, type LayerState, newProcessId, type ProcessState, readProcesses, startHeartbeat } from './heartbeat.ts';
export { openImdbObjects } from './imdb-objects.ts';
export { type LakeStores, openEmbeddedStores, openStoresAt, type Stores } from './open-stores.ts';
export { type LostLog, openLostLog } from './lost-log.ts';
export { MOVED_KNOWN_MS, type MoveTargetStores, openMoveTarget, openStoresToMove, openWhereMoved, requireApart } from './move-stores.ts';
export type { LakeToRead, StoresToRead } from './open-to-read.ts';
export {
  openExistingKeys,
  openExistingStores,
  openKeys,
  openLake,
  openLakeToRead,
  openStores,
  openStoresToServe,
  readCoverage,
  readRecentLetters,
  readRunningProcesses,
  requireWholeDataFolder,
} from './session-stores.ts';
export { examineCache } from './examine-cache.ts';
export { examineStores, type StoreReport } from './examine-stores.ts';
export { lagWarnings, quotaWarnings, tmdbState } from './process-warnings.ts';
export { configuredLocations, locationsIn, scratchFolderIn, type StoreLocations } from './locations.ts';
export { secretOf } from './server-settings.ts';
export { openSharedPlace, type SharedPlace } from './shared-place.ts';
export { storeChecks, type StoreChecks } from './store-checks.ts';
