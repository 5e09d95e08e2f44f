/** A data folder as a whole: who may read it, where each store lies in it, copies of it, and a new log in the place of a lost one. */
export { backUp, type BackUpReport } from './backup/back-up.ts';
export { backUpToStore, type SendReport } from './backup/back-up-to-store.ts';
export { backupInFolder, backupInStore, type BackupSource } from './backup/backup-source.ts';
export { restoreBackup, type RestoreOptions, type RestoreReport } from './backup/restore.ts';
export { type FolderAccess, isReadOnlyFolder, makeDataFolder } from './data-folder.ts';
export { type DiskSpace, diskSpace } from './disk-space.ts';
export { beginLogAnew, openWhatIsLeft, type LeftStores } from './begin-log-anew.ts';
export { keysFileIn, lakeFolderIn, logFileIn, speedFileIn, viewsFolderIn } from './files.ts';
