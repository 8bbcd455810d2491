/**
 * Prints what the configuration wishes from the system that it can do without: `relay`, or nothing. Exit 2 with
 * the faults when the configuration is wrong.
 */
import { exitOnConfigError, loadConfig } from '../../config/load.ts';

const config = await loadConfig().catch(exitOnConfigError);
if (config.turn.enabled) process.stdout.write('relay\n');
