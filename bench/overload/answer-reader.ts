/**
 * Finds the ends of HTTP/1.1 answers in the bytes of a connection. It looks at the status and at `content-length` and skips the rest: whoever measures a server on
 * the core beside it must be much cheaper than the server.
 */
const HEAD_END = '\r\n\r\n';
const STATUS = /^HTTP\/1\.1 (\d{3}) /;
const LENGTH = /\r\ncontent-length: *(\d+)/i;

/**
 * @param onAnswer called at the end of each answer.
 * @returns what takes the bytes as they come. It keeps none of the buffer that it is given. Throws at an answer without `content-length`.
 */
export const answerReader = (onAnswer: (status: number) => void): ((bytes: Buffer) => void) => {
  /** The beginning of a head whose end has not come yet. */
  let begun: Buffer | undefined;
  let status = 0;
  let bodyLeft = 0;
  return (chunk) => {
    let bytes = begun === undefined ? chunk : Buffer.concat([begun, chunk]);
    begun = undefined;
    while (bytes.length > 0) {
      if (bodyLeft === 0) {
        const end = bytes.indexOf(HEAD_END);
        if (end === -1) {
          begun = Buffer.from(bytes);
          return;
        }
        const head = bytes.toString('latin1', 0, end);
        status = Number(STATUS.exec(head)?.[1]);
        bodyLeft = Number(LENGTH.exec(head)?.[1]);
        if (Number.isNaN(status) || Number.isNaN(bodyLeft)) throw new Error(`an answer that the load generator cannot read:\n${head}`);
        bytes = bytes.subarray(end + HEAD_END.length);
      } else {
        const taken = Math.min(bodyLeft, bytes.length);
        bodyLeft -= taken;
        bytes = bytes.subarray(taken);
      }
      if (bodyLeft === 0) onAnswer(status);
    }
  };
};
