// Stands in for `next build` with `output: "standalone"`: leaves what it leaves.
'use strict';
const fs = require('fs');

if (!fs.existsSync('.generated')) throw new Error('prisma generate did not run');
fs.mkdirSync('.next/standalone', { recursive: true });
fs.mkdirSync('.next/static', { recursive: true });
fs.writeFileSync('.next/static/app.css', 'h1 { color: black }\n');
for (const file of ['server.js', 'wire.js', 'package.json']) fs.copyFileSync(file, `.next/standalone/${file}`);
