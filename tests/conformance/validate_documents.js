// Validates GraphQL documents with graphql-js. It reads JSON lines {"name", "query"} from standard input; the argument
// is the schema's file. It prints a line for each invalid document, and exits with 1 if there is one, or if there was
// no document.
'use strict';
const fs = require('fs');
const {buildSchema, parse, validate, validateSchema} = require('graphql');

const schema = buildSchema(fs.readFileSync(process.argv[2], 'utf8'));
const faults = validateSchema(schema).map((error) => `schema: ${error.message}`);
const lines = fs.readFileSync(0, 'utf8').split('\n').filter((line) => line !== '');
for (const line of lines) {
  const {name, query} = JSON.parse(line);
  try {
    const document = parse(query);
    for (const error of validate(schema, document)) faults.push(`${name}: ${error.message}`);
    if (document.definitions[0].name.value !== name) faults.push(`${name}: the operation bears another name`);
  } catch (error) {
    faults.push(`${name}: ${error.message}`);
  }
}
if (lines.length === 0) faults.push('no document was read');
for (const fault of faults) console.log(fault);
console.log(`${lines.length} documents, ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
