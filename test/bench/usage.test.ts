import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { platform } from 'node:os';
import { usageOf } from './usage.ts';

test('a process that has ended has no usage', () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  expect(usageOf(pid)).toBeNull();
});

test('where the system tells what a process uses, it is what node knows of itself', () => {
  const { user, system } = process.cpuUsage();
  const own = { cpuSeconds: (user + system) / 1e6, rssBytes: process.memoryUsage.rss() };
  const usage = platform() === 'linux' ? usageOf(process.pid) : own;
  expect(usage?.cpuSeconds).toBeCloseTo(own.cpuSeconds, 0);
  const ratio = (usage?.rssBytes ?? 0) / own.rssBytes;
  expect(ratio).toBeGreaterThan(0.8);
  expect(ratio).toBeLessThan(1.2);
});
