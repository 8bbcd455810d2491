import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { auditActions } from '../../app/audit/actions.ts';
import en from '../../app/locales/en.json' with { type: 'json' };
import fr from '../../app/locales/fr.json' with { type: 'json' };

const keys = auditActions.map((action) => action.replaceAll('.', '_'));
const project = join(import.meta.dirname, '../..');

t.test('every action has its words in every language, and no words are left over', async (t) => {
  t.equal(new Set(keys).size, keys.length, 'each once');
  for (const { audit } of [en, fr]) {
    t.strictSame(Object.keys(audit.actions).sort(), [...keys].sort());
    const words = Object.values(audit.actions);
    t.equal(new Set(words).size, words.length, 'told apart');
  }
});

t.test('every action is done somewhere', async (t) => {
  const programs = globSync('{app,scripts}/**/*.ts', { cwd: project })
    .filter((file) => file !== 'app/audit/actions.ts')
    .map((file) => readFileSync(join(project, file), 'utf8'))
    .join('\n');
  for (const action of auditActions) t.ok(programs.includes(`'${action}'`), action);
});
