#!/usr/bin/env node
// Stands in for Prisma: `generate` leaves a mark for the build, `migrate deploy` makes tables, once.
'use strict';
const fs = require('fs');
const { sql } = require('../wire');

async function deploy() {
  await sql(process.env.DATABASE_URL, 'CREATE TABLE IF NOT EXISTS visit (id bigserial PRIMARY KEY)');
  await sql(process.env.DATABASE_URL, 'CREATE TABLE IF NOT EXISTS migration (at timestamptz DEFAULT now())');
  await sql(process.env.DATABASE_URL, 'INSERT INTO migration DEFAULT VALUES');
  console.log('migrated');
}

const tasks = { generate: async () => fs.writeFileSync('.generated', ''), 'migrate deploy': deploy };
const task = tasks[process.argv.slice(2).join(' ')];
if (!task) {
  console.error(`unknown command: ${process.argv.slice(2).join(' ')}`);
  process.exit(2);
}
task().catch((error) => { console.error(error); process.exit(1); });
