/** Posts a value as JSON. @throws where no answer of 2xx comes within ten seconds. */
export const postJson = async (url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<void> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`it answered ${response.status}`);
};

const TIMEOUT_MS = 10_000;
