import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import { type CheckName, catalogue } from '../../scripts/doctor/catalogue.ts';
import { linkello, type Run } from '../config/linkello.ts';

const Text = Type.String({ minLength: 1 });

/** What `linkello doctor --json` prints. */
export const Records = Type.Array(
  Type.Object(
    {
      check: Type.Enum(Object.keys(catalogue)),
      status: Type.Enum(['green', 'amber', 'red']),
      codes: Type.Array(Type.String({ pattern: '^[a-z_]+$' }), { minItems: 1, uniqueItems: true }),
      found: Text,
      cure: Type.Union([Text, Type.Null()]),
      tookMs: Type.Integer({ minimum: 0 }),
    },
    { additionalProperties: false },
  ),
);
export type Record = Static<typeof Records>[number];

/** An examination by the real command line. */
export class Examination {
  readonly run: Run;
  readonly records: readonly Record[];

  private constructor(run: Run, records: readonly Record[]) {
    this.run = run;
    this.records = records;
  }

  /** @throws Error when it printed anything else than it should. */
  static async carryOut(env: Readonly<{ [name: string]: string }>): Promise<Examination> {
    return Examination.read(await linkello(['doctor', '--json'], { env: { LC_ALL: 'C', ...env } }));
  }

  static read(run: Run): Examination {
    if (run.stdout === '') throw new Error(`it printed nothing, but: ${run.stderr}`);
    const records: unknown = JSON.parse(run.stdout);
    if (!Check(Records, records)) throw new Error(`not as it should be: ${run.stdout}`);
    for (const { status, cure, check } of records) {
      if ((cure === null) !== (status === 'green'))
        throw new Error(`${check} is ${status}, its cure ${cure}`);
    }
    return new Examination(run, records);
  }

  of(name: CheckName): Record {
    const record = this.records.find(({ check }) => check === name);
    if (!record) throw new Error(`${name} was not examined: ${this.run.stdout}`);
    return record;
  }

  /** `relay blocked`, in the order in which they are told. */
  get wrong(): string[] {
    return this.records
      .filter(({ status, check }) => status !== 'green' && !ofTheMachine.has(check))
      .flatMap(({ check, codes }) => codes.map((code) => `${check} ${code}`));
  }
}

/** These depend on who runs the tests, and where. */
const ofTheMachine = new Set<string>(['clock', 'disk', 'memory']);
