// Holds the library's verdicts on GraphQL documents against those of graphql-js: JSON lines {"verdict", "query"} on standard
// input, the schema's file as the argument. Prints each document on which they differ; exits with 1 where there is one.
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
  if (/subscription/.test(query)) continue;  // a root that the schema lacks is no error for graphql-js
  const other = theirs(query);
  ++judged;
  if (other === '') ++valid;
  if ((verdict === '') === (other === '')) continue;
  if (++differences <= 10) console.log(`${JSON.stringify(query)}\n  ours: ${verdict}\n  theirs: ${other}`);
}
console.log(`${judged} documents, ${valid} of them valid, ${differences} differences`);
process.exit(differences === 0 && valid > 0 ? 0 : 1);
