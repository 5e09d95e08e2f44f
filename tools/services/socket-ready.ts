import { connect } from 'node:net';

const ANSWER_MS = 2_000;

/** Whether a server on a port of the loopback address answers a request with a frame that is an answer. Never throws. */
export const answersOnSocket = (port: number, request: Uint8Array, isAnswer: (frame: Buffer) => boolean): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    const end = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(ANSWER_MS, () => end(false));
    socket.once('data', (frame) => end(isAnswer(frame)));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
