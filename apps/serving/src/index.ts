export { serve, untilStopped } from './serve.ts';
