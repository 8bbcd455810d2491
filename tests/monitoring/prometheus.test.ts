import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { stringify } from 'yaml';
import { Appliance } from '../appliance.ts';
import { until } from '../deadline.ts';

const folder = join(import.meta.dirname, '../../scripts/monitoring');

/** Runs Prometheus's own checker. */
async function promtool(args: readonly string[], { cwd = folder, input = '' } = {}) {
  const child = spawn('promtool', args, { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input);
  const ended = once(child, 'exit');
  const [out, fault] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code]: [number] = (await ended) as [number];
  return { code, said: `${out}${fault}` };
}

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly { readonly expr: string }[];
  }[];
}
const dashboard = JSON.parse(await readFile(join(folder, 'dashboard.json'), 'utf8')) as Dashboard;
const alerts = await readFile(join(folder, 'alerts.yml'), 'utf8');
const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

t.test('Prometheus takes the example and the alerts', async (t) => {
  const own = t.testdir({ 'authority.pem': '' });
  await cp(folder, own, { recursive: true });
  for (const args of [
    ['check', 'config', 'prometheus.yml'],
    ['check', 'rules', 'alerts.yml'],
  ]) {
    const { code, said } = await promtool(args, { cwd: own });
    t.equal(code, 0, said);
  }
});

t.test('every alert speaks when it has to, and not before', async (t) => {
  const { code, said } = await promtool(['test', 'rules', 'alerts.test.yml']);
  t.equal(code, 0, said);
  const tried = await readFile(join(folder, 'alerts.test.yml'), 'utf8');
  for (const [, name = ''] of alerts.matchAll(/- alert: (\w+)/g)) t.match(tried, `alertname: ${name}`);
});

t.test('every query of the dashboard can be read, and its panels do not overlap', async (t) => {
  const own = t.testdir({});
  const rules = expressions.map((expr, index) => ({
    record: `panel:${index}`,
    expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*'),
  }));
  t.ok(rules.length > 20);
  await writeFile(join(own, 'panels.yml'), stringify({ groups: [{ name: 'panels', rules }] }));
  const { code, said } = await promtool(['check', 'rules', 'panels.yml'], { cwd: own });
  t.equal(code, 0, said);
  const taken = new Set<string>();
  for (const { title, gridPos } of dashboard.panels) {
    t.ok(gridPos.x + gridPos.w <= 24, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        t.notOk(taken.has(`${x} ${y}`), title);
        taken.add(`${x} ${y}`);
      }
    }
  }
  t.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length);
});

t.test('a real appliance says all that alerts and dashboard ask for, as Prometheus reads it', async (t) => {
  const appliance = await Appliance.start();
  t.teardown(() => appliance.stop());
  const agent = new Agent({ ca: await appliance.authority() });
  const read = async () => {
    const asked = request(appliance.url('/metrics'), { agent, headers: { host: 'localhost' } });
    asked.end();
    const [answer] = await once(asked, 'response');
    return text(answer);
  };
  const metrics = await until('the SFU is known', read, (said) => /^linkello_media_up 1$/m.test(said));
  const { code, said } = await promtool(['check', 'metrics'], { input: metrics });
  t.notMatch(said, /error/, 'it can be parsed');
  // Counts that this process did not invent keep their names: 3 is only about those.
  t.ok(code === 0 || code === 3, said);
  t.notMatch(said, /^linkello_/m, 'and ours are named as Prometheus wants it');

  const there = new Set([...metrics.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name));
  const wanted = new Set(
    [alerts, ...expressions].join('\n').match(/\b(linkello|process)_[a-z_]+\b/g) as readonly string[],
  );
  t.ok(wanted.size > 20);
  for (const name of wanted) t.ok(there.has(name) || there.has(name.replace(/_(bucket|count)$/, '')), name);
  t.equal(there.size, [...metrics.matchAll(/^# TYPE /gm)].length, 'nothing is said twice');

  await appliance.media.stop('SIGKILL');
  const without = await until('it is missed', read, (said) => /^linkello_media_up 0$/m.test(said));
  t.notMatch(without, /^linkello_media_rooms/m);
  t.match(without, /^linkello_meetings 0$/m);
});
