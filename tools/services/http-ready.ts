const ANSWER_MS = 2_000;

/** Whether an address answers with a status of success. */
export const isHttpOk = async (url: string, isReady = (status: number): boolean => status < 300): Promise<boolean> => {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
    await answer.body?.cancel();
    return isReady(answer.status);
  } catch {
    return false;
  }
};
