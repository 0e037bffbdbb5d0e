#!/usr/bin/env node
// Stands in for the migrations of an application: `prisma migrate deploy` makes one table, once.
'use strict';
const { sql } = require('../../wire');

async function deploy() {
  await sql(process.env.DATABASE_URL, 'CREATE TABLE IF NOT EXISTS visit (id bigserial PRIMARY KEY)');
  await sql(process.env.DATABASE_URL, 'CREATE TABLE IF NOT EXISTS migration (at timestamptz DEFAULT now())');
  await sql(process.env.DATABASE_URL, 'INSERT INTO migration DEFAULT VALUES');
}

if (process.argv.slice(2).join(' ') !== 'migrate deploy') {
  console.error(`unknown command: ${process.argv.slice(2).join(' ')}`);
  process.exit(2);
}
deploy().then(() => console.log('migrated'), (error) => { console.error(error); process.exit(1); });
