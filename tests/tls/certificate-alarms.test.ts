import { X509Certificate } from 'node:crypto';
import t from 'tap';
import type { Authority } from '../../app/edge/tls/authority.ts';
import { certificateAlarms } from '../../app/edge/tls/certificate-alarms.ts';
import { DAY_MS, HOUR_MS } from '../../app/kernel/clock.ts';
import { RunningApp } from '../app/running-app.ts';
import { until } from '../deadline.ts';
import { issue } from './house-authority.ts';

const now = Date.UTC(2030, 0, 1);
const current = (endsAt: number) => ({ chainPem: '', keyPem: '', endsAt });
const of = (endsAt: number, renewsAt: number | null, authority: Authority | null = null) =>
  certificateAlarms({ current: current(endsAt), authority, renewsAt }, () => now);

t.test('one that somebody has to renew: from 30 days before its end', async (t) => {
  t.same(of(now + 30 * DAY_MS + 1, null), []);
  t.same(of(now + 30 * DAY_MS, null), [{ subject: 'server', endsAt: now + 30 * DAY_MS, daysLeft: 30 }]);
  t.match(of(now + 36 * HOUR_MS, null), [{ daysLeft: 1 }]);
  t.match(of(now - 1, null), [{ daysLeft: -1 }]);
});

t.test('one that renews itself: only when its renewal is late', async (t) => {
  const end = (days: number) => now + days * DAY_MS;
  t.same(of(end(30), end(0)), [], 'today it is due');
  t.match(of(end(29), end(-1)), [{ daysLeft: 29 }], 'since yesterday');
  t.same(of(end(60), end(-1)), [], 'there is time');
  t.same(of(end(6), end(4)), [], 'one of a few days is no alarm by itself');
  t.match(of(now + HOUR_MS, now - HOUR_MS), [{ daysLeft: 0 }], 'half of what was left has passed');
});

t.test('the authority', async (t) => {
  const { pem } = await issue({ name: 'x', beginsAt: now - DAY_MS, endsAt: now + 10 * DAY_MS });
  const authority = { certificate: new X509Certificate(pem) } as Authority;
  t.match(of(now + 99 * DAY_MS, now + 69 * DAY_MS, authority), [{ subject: 'authority', daysLeft: 10 }]);
});

t.test('the log is told once a day, the collector of figures whenever it asks', async (t) => {
  let at = Date.now();
  const running = await RunningApp.start({}, { clock: () => at, certificateCheckMs: 10 });
  t.teardown(() => running.stop());
  const told = () => running.log.filter(({ msg }) => msg === 'a certificate ends soon');
  const figure = async (name: string) => {
    const { payload } = await running.app.inject({ url: '/metrics', headers: { host: 'localhost' } });
    return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(payload)?.[1]);
  };
  const authority = new X509Certificate(running.authorityPem);
  t.equal(await figure('linkello_authority_ends_seconds'), authority.validToDate.getTime() / 1000);
  t.match(await figure('linkello_certificate_ends_seconds'), Math.floor(at / 1000) + 90 * 86_400 - 3600);
  t.same(told(), [], 'all is well');

  // The authority's last weeks: nothing can be renewed any more.
  at = authority.validToDate.getTime() - 20 * DAY_MS;
  await until('both are told', () => told().length === 2);
  t.match(told(), [
    { level: 'warn', subject: 'server', daysLeft: 20 },
    { level: 'warn', subject: 'authority', daysLeft: 20, endsAt: authority.validToDate.toISOString() },
  ]);
  at += DAY_MS;
  await until('a day later', () => told().length === 4);
  t.equal(told().length, 4, 'and no more often than that');
});
