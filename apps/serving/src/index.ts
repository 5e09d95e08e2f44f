export { serve, serveByWorkers, untilStopped } from './serve.ts';
