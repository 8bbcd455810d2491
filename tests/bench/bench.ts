import { benchJoin } from './join.ts';

/** Each measures one thing and prints figures; ratios hold on any machine, milliseconds on this one. */
const benches: Readonly<Record<string, (print: (line: string) => void) => Promise<void>>> = {
  join: benchJoin,
};

/** `bench NAME`. Exit code 0 when it was measured, 2 for an unknown name. */
export async function run([name = '']: readonly string[]): Promise<number> {
  const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
  if (!bench) {
    process.stderr.write(`There is no bench "${name}"; there is: ${Object.keys(benches).join(', ')}.\n`);
    return 2;
  }
  await bench((line) => process.stdout.write(`${line}\n`));
  return 0;
}
