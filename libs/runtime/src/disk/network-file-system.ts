import { statfs } from 'node:fs/promises';

/** Linux's numbers for file systems that other hosts can write to at the same time (statfs(2)). */
const NETWORK_TYPES: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
]);

/** The name of a network file system by its number; `undefined`: it is none that is known. */
export const networkTypeOf = (type: number): string | undefined => NETWORK_TYPES.get(type >>> 0);

/** What network file system a folder lies on; `undefined`: none that can be told. Known on Linux only; those in user space (FUSE) are not told apart. */
export const networkFileSystemOf = async (folder: string): Promise<string | undefined> =>
  process.platform === 'linux' ? networkTypeOf((await statfs(folder)).type) : undefined;
