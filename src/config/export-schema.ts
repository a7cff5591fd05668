/** Prints the JSON Schema of a config file: `node src/config/export-schema.ts > schema.json`. */
import { configJsonSchemaText } from './json-schema.ts';

process.stdout.write(configJsonSchemaText());
