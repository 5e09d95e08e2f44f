/**
 * The measure for the HTTP service: Fastify with one route that does nothing but find the ready answer for the address: `bare-server.ts ANSWERS`.
 * ANSWERS holds a JSON array `[path, body]` on each line; bodies are the bytes that the real service sent.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

import fastify from 'fastify';

const [answersFile = ''] = process.argv.slice(2);

const answers = new Map<string, string>();
for await (const line of createInterface({ input: createReadStream(answersFile) })) {
  const [path, body] = JSON.parse(line) as readonly [string, string]; // as: written by capture-answers.ts
  answers.set(path, body);
}

const app = fastify();
app.get('/*', (request, reply) => {
  const body = answers.get(request.url);
  if (body === undefined) return reply.code(404).send();
  return reply.header('content-type', 'application/json; charset=utf-8').send(body);
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.once('SIGTERM', () => void app.close());
console.log(JSON.stringify({ url }));
