import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { CoverageReport } from '../src/coverage-report.ts';
import { NodeSessions } from '../src/network/node-sessions.ts';
import { RegistryFollower } from '../src/registry/registry-follower.ts';
import { ReportIntake } from '../src/reports/report-intake.ts';
import { WakeupLine } from '../src/wakeups/wakeup-line.ts';
import { ManualQueue } from './manual-queue.ts';
import { testServices } from './services.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('registrations that cannot be opened are told by reason and number, once a minute at most', () => {
  const services = testServices();
  const line = new WakeupLine(new ManualQueue(), services);
  const sessions = new NodeSessions(services, new ReportIntake(line, services));
  const follower = new RegistryFollower(services, sessions);
  const report = new CoverageReport(services, sessions, line, follower);
  const pass = (seconds: number): void => {
    services.clock.time += seconds * 1_000;
    jest.advanceTimersByTime(seconds * 1_000);
  };
  const told = (): object[] => services.ledger.events('watch.unreadable');

  report.start();
  for (let i = 0; i < 3; i += 1) follower.unreadable('unknown-key');
  follower.unreadable('corrupt');
  pass(1);
  const first = [
    { reason: 'unknown-key', watches: 3 },
    { reason: 'corrupt', watches: 1 },
  ];
  expect(told()).toEqual(first);
  follower.unreadable('unknown-key');
  pass(58);
  follower.unreadable('unknown-key');
  expect(told()).toEqual(first);
  pass(3);
  expect(told()).toEqual([...first, { reason: 'unknown-key', watches: 2 }]);
  pass(120);
  expect(told()).toHaveLength(3);
  report.stop();
  sessions.close();
});
