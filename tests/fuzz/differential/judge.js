// Compares the library's verdicts on GraphQL documents with those of graphql-js. It reads JSON lines {"verdict",
// "query"} from standard input; the argument is the schema's file. It prints each document on which they differ, and
// exits with 1 if there is one.
'use strict';
const fs = require('fs');
const {buildSchema, parse, validate} = require('graphql');

const schema = buildSchema(fs.readFileSync(process.argv[2], 'utf8'));
const theirs = (query) => {
  try {
    return validate(schema, parse(query)).map((error) => error.message).join('; ');
  } catch (error) {
    return error.message;
  }
};
let judged = 0;
let valid = 0;
let differences = 0;
for (const line of fs.readFileSync(0, 'utf8').split('\n').filter((line) => line !== '')) {
  const {verdict, query} = JSON.parse(line);
  if (/subscription/.test(query)) continue;  // graphql-js accepts a root type that the schema lacks
  const other = theirs(query);
  ++judged;
  if (other === '') ++valid;
  if ((verdict === '') === (other === '')) continue;
  if (++differences <= 10) console.log(`${JSON.stringify(query)}\n  ours: ${verdict}\n  theirs: ${other}`);
}
console.log(`${judged} documents, ${valid} of them valid, ${differences} differences`);
process.exit(differences === 0 && valid > 0 ? 0 : 1);
