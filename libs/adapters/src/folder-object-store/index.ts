export { ObjectKeyError } from './object-key.ts';
export { openFolderObjectStore } from './open-store.ts';
