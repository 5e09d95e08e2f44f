import { spawnSync } from 'node:child_process';
import { EventEmitter } from 'node:events';

import { expect, test, vi } from 'vitest';

import { createLifecycle, type StoppableProcess } from './lifecycle.ts';

const start = (deadlineMs = 60_000) => {
  const emitter = new EventEmitter();
  const exits: number[] = [];
  const process: StoppableProcess = {
    on: (signal, listener) => emitter.on(signal, listener),
    off: (signal, listener) => emitter.off(signal, listener),
    exit: (code) => exits.push(code),
  };
  const trouble: string[] = [];
  const clock = { nowMs: 0 };
  const lifecycle = createLifecycle({ process, deadlineMs, nowMs: () => clock.nowMs, onTrouble: (message) => trouble.push(message) });
  return { lifecycle, clock, exits, trouble, emitter, send: (signal: string) => emitter.emit(signal, signal) };
};

test('a signal aborts, and leaves the rest to whoever stops', async () => {
  const { lifecycle, send, exits } = start();
  send('SIGTERM');
  await lifecycle.stopRequested;
  expect(lifecycle.signal.aborted).toBe(true);
  expect(lifecycle.stoppedBy()).toBe('SIGTERM');
  expect(exits).toEqual([]);
});

test('hooks run one after the other, the last registered first, once', async () => {
  const { lifecycle, trouble } = start();
  const order: string[] = [];
  for (const name of ['stores', 'server', 'schedule'])
    lifecycle.onStop(name, async () => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
    });
  await Promise.all([lifecycle.stop(), lifecycle.stop()]);
  expect(order).toEqual(['schedule begins', 'schedule ends', 'server begins', 'server ends', 'stores begins', 'stores ends']);
  expect(trouble).toEqual([]);
});

test('a hook that fails is reported and does not keep the others from running', async () => {
  const { lifecycle, trouble } = start();
  const closed = vi.fn<() => void>();
  lifecycle.onStop('the stores', closed);
  lifecycle.onStop('the server', () => Promise.reject(new Error('stuck')));
  await lifecycle.stop();
  expect(closed).toHaveBeenCalledOnce();
  expect(trouble).toEqual(['the server could not be stopped cleanly']);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('a second signal ends the process at once: %s', (signal, code) => {
  const { clock, send, exits } = start();
  send(signal);
  clock.nowMs = 500;
  expect(exits).toEqual([]);
  send(signal);
  expect(exits).toEqual([code]);
});

test('one Ctrl-C that arrives twice, from the terminal and from npm, is one signal', () => {
  const { clock, send, exits } = start();
  send('SIGINT');
  clock.nowMs = 499;
  send('SIGINT');
  expect(exits).toEqual([]);
});

test('the deadline ends the process and names what did not stop', () => {
  vi.useFakeTimers();
  try {
    const { lifecycle, send, exits, trouble } = start(5_000);
    lifecycle.onStop('the server', () => new Promise(() => undefined));
    send('SIGINT');
    void lifecycle.stop();
    vi.advanceTimersByTime(4_999);
    expect(exits).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(exits).toEqual([130]);
    expect(trouble).toEqual(['the server did not stop within 5000 ms: ending the process']);
  } finally {
    vi.useRealTimers();
  }
});

test('the process lives until hooks have ended, also where nothing that they wait for keeps it alive', () => {
  const { href } = new URL('lifecycle.ts', import.meta.url);
  const program = `
    import { setTimeout as sleep } from 'node:timers/promises';
    import { createLifecycle } from ${JSON.stringify(href)};
    const lifecycle = createLifecycle({ process, deadlineMs: 60_000, nowMs: () => performance.now(), onTrouble: console.error });
    lifecycle.onStop('the waits', () => sleep(50, undefined, { ref: false }));
    await lifecycle.stop();
    console.log('ended');
  `;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, 'ended\n']);
});

test('after stopping, nothing of it is left on the process', async () => {
  const { lifecycle, emitter } = start();
  await lifecycle.stop();
  expect(emitter.eventNames()).toEqual([]);
});
