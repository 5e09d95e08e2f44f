export { checkDataFolder, folderAt } from './folders.ts';
export { type LakeStores, openEmbeddedStores, type Stores } from './open-stores.ts';
export type { LakeToRead, StoresToRead } from './open-to-read.ts';
export {
  openExistingKeys,
  openExistingStores,
  openKeys,
  openLake,
  openLakeToRead,
  openStores,
  openStoresToServe,
  requireWholeDataFolder,
} from './session-stores.ts';
export { storeChecks, type StoreChecks } from './store-checks.ts';
