/** Prints the configuration's reference page: `node src/config/export-reference.ts > docs/configuration.md`. */
import { configReference } from './reference.ts';

process.stdout.write(configReference());
