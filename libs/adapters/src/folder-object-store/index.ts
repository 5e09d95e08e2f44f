export { openFolderObjectStore } from './open-store.ts';
