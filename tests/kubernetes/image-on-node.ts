import type { MountedImage } from '../../tools/containers/image.ts';
import type { LocalImage } from './kubelet/image.ts';

/** An image that was built here, for a node. @throws Error if its user has no number. */
export const localImage = ({ root, config }: MountedImage): LocalImage => {
  const user = Number(config.User.split(':')[0]);
  if (!Number.isInteger(user)) throw new Error(`the image's user ${config.User} is no number`);
  const env = Object.fromEntries(config.Env.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  return { root, entrypoint: config.Entrypoint, command: config.Cmd, env, workingDir: config.WorkingDir, user };
};
